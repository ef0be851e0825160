"""Downloading exports: streamed as they are read, for operators, each with its line in the log."""

from flask import Response, stream_with_context
from flask_login import current_user

from webapp import clock
from webapp.admin import exports, log
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.concerts import listing
from webapp.concerts.models import Concert
from webapp.db import transaction


@blueprint.get("/concerts/<slug>/exports/<name>.csv")
@operator_required
def export_concert(slug: str, name: str) -> Response:
    return _download(name, listing.concert(slug))


@blueprint.get("/exports/<name>.csv")
@operator_required
def export_house(name: str) -> Response:
    return _download(name, None)


def _download(name: str, concert: Concert | None) -> Response:
    operator_id, now = current_user.id, clock.now()
    pieces = exports.lines(name, concert, now)
    whose = concert.slug if concert else "house"
    with transaction():
        log.note(operator_id, f"export {name}", whose, {}, {}, now)
    answer = Response(stream_with_context(pieces), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{whose}-{name}-{now:%Y%m%d-%H%M}.csv"'
    # Nothing in between is to gather the file before it lets go of it.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer
