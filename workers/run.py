"""A worker process: `python -m workers.run [queue ...]`. Jobs run in this process, one after another, without a fork.

It empties the queues in the order they are named, and all of them without a name. The Procfile says who takes which.
"""

import logging
import sys
from collections.abc import Sequence

from redis.client import Pipeline
from rq import SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue

from webapp import garbage, jobs
from webapp.config import BadSetting
from workers.app import app

POLL_SECONDS = 60  # how long an idle worker waits before it says again that it lives


class Worker(SimpleWorker):
    """Runs each job in an app context of its own, so that no database session outlives its job."""

    log_result_lifespan = False

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        # A Redis that was emptied has forgotten this worker, though it goes on working: it introduces itself again.
        if pipeline is None and not self.connection.exists(self.key):
            self.register_birth()  # type: ignore[no-untyped-call]
        super().heartbeat(timeout, pipeline)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with app().app_context():
            return super().perform_job(job, queue, execution)


def main(names: Sequence[str], kind: type[Worker] = Worker) -> None:
    """Work on these queues until told to stop, as this kind of worker."""
    if unknown := sorted(set(names) - set(jobs.QUEUES)):
        sys.exit(f"The worker cannot start: there is no queue {unknown[0]}, only {', '.join(jobs.QUEUES)}.")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stdout)
    for chatty in ("rq.worker", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    garbage.wait()
    try:
        application = app()
    except BadSetting as problem:
        sys.exit(f"The worker cannot start: {problem}")
    with application.app_context():
        queues = [jobs.queue(name) for name in names or jobs.QUEUES]
        worker = kind(queues, connection=jobs.redis_for_workers(), worker_ttl=POLL_SECONDS)
    garbage.keep()
    worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1:])
