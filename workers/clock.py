"""The clock process: `python -m workers.clock`. RQ's cron enqueues the recurring jobs of timetable.py."""

import logging
import sys

from rq.cron import CronScheduler

from webapp import garbage, jobs
from webapp.config import BadSetting
from workers.app import app
from workers.timetable import TIMETABLE


def scheduler() -> CronScheduler:
    """RQ's cron with every job of the timetable. Needs an app context."""
    cron = CronScheduler(connection=jobs.redis_for_workers(), logging_level="WARNING")
    for job in TIMETABLE:
        cron.register(
            job.work,
            queue_name=job.queue,
            interval=job.every_seconds,
            name=job.name,
            meta={"what": job.what},
            job_timeout=jobs.JOB_SECONDS,
            result_ttl=jobs.RESULT_SECONDS,
            failure_ttl=jobs.FAILURE_SECONDS,
            # While no worker runs, missed turns do not pile up: one that nobody took in time is dropped.
            ttl=max(job.every_seconds, 5),
        )
    return cron


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stdout)
    garbage.wait()
    try:
        application = app()
    except BadSetting as problem:
        sys.exit(f"The clock cannot start: {problem}")
    with application.app_context():
        garbage.keep()
        scheduler().start()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
