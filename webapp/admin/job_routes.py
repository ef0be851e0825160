"""The operator's page of jobs, and of payments that want a look."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from redis.exceptions import RedisError

from webapp import clock
from webapp.admin import background, house, log
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.checkout import reasons, reviewing, strays
from webapp.checkout.voices import OPERATOR
from webapp.db import transaction

MOST_STRAYS = 50


@blueprint.get("/jobs")
@operator_required
def show_jobs() -> str:
    return render_template("admin/jobs.html", **background.overview())


@blueprint.post("/jobs/<name>/runs")
@operator_required
def run_job(name: str) -> Any:
    done = _("%(name)s is on its queue. What it came to shows here once it has run.", name=name)
    return _act("run job", name, lambda job: background.run_now(job, clock.now()), done)


@blueprint.post("/failed-jobs/<job_id>/retry")
@operator_required
def retry_job(job_id: str) -> Any:
    return _act("retry failed job", job_id, background.retry, _("The job is on its queue again."))


@blueprint.post("/failed-jobs/<job_id>/discard")
@operator_required
def discard_job(job_id: str) -> Any:
    return _act("discard failed job", job_id, background.discard, _("The job is discarded."))


@blueprint.get("/payments")
@operator_required
def show_payments() -> str:
    looked_at = house.money_to_look_at(clock.now())
    found = strays.newest(MOST_STRAYS)
    owners = strays.owners(found)
    strange = [(one, reasons.sentence(one.reason, OPERATOR), owners.get(one.id)) for one in found]
    return render_template("admin/payments.html", payments=looked_at, strays=strange)


@blueprint.post("/payments/<public_id>/cancellation")
@operator_required
def send_back(public_id: str) -> Any:
    """Have the money of a payment in review sent back."""
    operator_id, now = current_user.id, clock.now()
    with transaction():
        before, after = reviewing.send_back(public_id, now)
        log.note(operator_id, "send payment back", public_id, before, after, now)
    return redirect(url_for(".show_payments"), 303)


def _act(action: str, subject: str, act: Callable[[str], None], done: str) -> Any:
    operator_id = current_user.id
    try:
        act(subject)
    except RedisError:
        flash(_("Redis does not answer, so no job can be started. Try again soon."), "error")
    else:
        with transaction():
            log.note(operator_id, action, subject, {}, {}, clock.now())
        flash(done, "info")
    return redirect(url_for(".show_jobs"), 303)
