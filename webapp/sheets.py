"""Style sheets sent together: each is a small file of its own, and a page asks at once for all that it needs."""

import hashlib
from functools import lru_cache

from flask import Blueprint, Response, request

from webapp.errors import NotFound
from webapp.layout import STATIC

blueprint = Blueprint("sheets", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
MOST = 16  # in one answer; a page of ours has fewer
MOST_KEPT = 128  # different answers


def sheets(*names: str) -> str:
    """The address of these sheets of static/css as one, in this order, with their content's hash. Raises NotFound."""
    joined = ",".join(names)
    return f"/sheets/{joined}.css?v={_together(joined)[1]}"


@blueprint.get("/sheets/<names>.css")
def show(names: str) -> Response:
    """The sheets with these names, for ever under their own hash and no other: another process may have newer ones."""
    text, digest = _together(names)
    answer = Response(text, mimetype="text/css")
    answer.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == digest else "no-cache"
    answer.set_etag(digest)
    answer.make_conditional(request)
    return answer


@lru_cache(MOST_KEPT)
def _together(joined: str) -> tuple[str, str]:
    names = joined.split(",")
    if len(names) > MOST or not set(names) <= _known():
        raise NotFound()
    text = "".join((STATIC / "css" / f"{name}.css").read_text() for name in names)
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache
def _known() -> frozenset[str]:
    return frozenset(file.stem for file in (STATIC / "css").glob("*.css"))
