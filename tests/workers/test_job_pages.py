"""Jobs in the operator's hands: running one, retrying and discarding a failed one, and the line of the log for each."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq.registry import FailedJobRegistry
from sqlalchemy import select

from tests.builders import fan, operator
from tests.web.conftest import Visitor, timepiece, visit
from tests.workers.test_jobs import Work
from webapp import jobs
from webapp.admin.models import OperatorAction
from webapp.db import db
from workers.clock import scheduler
from workers.run import Worker

__all__ = ["timepiece", "visit"]


@pytest.fixture
def desk(visit: Visitor) -> FlaskClient:
    """The operator's browser, in a house whose clock has started."""
    scheduler().register_birth()
    return visit(operator())


def failed_job(work: Work) -> str:
    jobs.enqueue_later(jobs.MONEY, jobs.SETTLE_EVENT, 404)
    work()
    (job_id,) = failures()
    return job_id


def failures() -> list[str]:
    found: list[str] = FailedJobRegistry(jobs.MONEY, connection=jobs.redis()).get_job_ids()
    return found


def written() -> list[tuple[str, str]]:
    """What the log says was done, and to what."""
    rows = db.session.execute(select(OperatorAction.action, OperatorAction.subject).order_by(OperatorAction.id))
    return [(row.action, row.subject) for row in rows]


def test_a_job_is_run_at_once_and_it_is_written_down(desk: FlaskClient) -> None:
    assert desk.post("/admin/jobs/audit/runs").status_code == 303
    assert "audit is on its queue." in desk.get("/admin/jobs").text
    assert [job.func_name for job in jobs.queue(jobs.UPKEEP).jobs] == ["workers.upkeep.audit"]
    assert written() == [("run job", "audit")]
    assert "Ran a job" in desk.get("/admin/log").text


def test_a_failed_job_is_run_again_and_it_is_written_down(desk: FlaskClient, work: Work) -> None:
    job_id = failed_job(work)
    assert job_id in desk.get("/admin/jobs").text
    assert desk.post(f"/admin/failed-jobs/{job_id}/retry").status_code == 303
    assert (failures(), jobs.queue(jobs.MONEY).job_ids) == ([], [job_id])
    assert written() == [("retry failed job", job_id)]


def test_a_failed_job_is_discarded_and_it_is_written_down(desk: FlaskClient, work: Work) -> None:
    job_id = failed_job(work)
    assert desk.post(f"/admin/failed-jobs/{job_id}/discard").status_code == 303
    assert (failures(), jobs.queue(jobs.MONEY).job_ids) == ([], [])
    assert written() == [("discard failed job", job_id)]


@pytest.mark.parametrize("path", ["jobs/no-such/runs", "failed-jobs/no-such/retry", "failed-jobs/no-such/discard"])
def test_what_is_no_job_is_not_found_and_nothing_is_written(desk: FlaskClient, path: str) -> None:
    assert desk.post(f"/admin/{path}").status_code == 404
    assert written() == []


def test_jobs_are_no_business_of_a_fans(desk: FlaskClient, visit: Visitor, work: Work) -> None:
    job_id = failed_job(work)
    stranger = visit(fan("stranger"))
    for path in ("jobs/audit/runs", f"failed-jobs/{job_id}/retry", f"failed-jobs/{job_id}/discard"):
        assert stranger.post(f"/admin/{path}").status_code == 404
    assert failures() == [job_id]
    assert jobs.queue(jobs.UPKEEP).job_ids == []


def test_the_page_says_who_takes_which_queue_and_which_nobody_takes(house: Flask, desk: FlaskClient) -> None:
    worker = Worker([jobs.queue(name) for name in (jobs.LINE, jobs.MONEY)], connection=jobs.redis_for_workers())
    worker.register_birth()
    page = desk.get("/admin/jobs").text
    assert "line, money" in page
    assert page.count("no worker") == 2  # for asking and upkeep
    worker.register_death()
    assert desk.get("/admin/jobs").text.count("no worker") == 4
