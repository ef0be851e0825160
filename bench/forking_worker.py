"""`python -m bench.forking_worker`: the worker with RQ's usual way of running a job, a child forked for each."""

import rq

from workers import run


class ForkingWorker(run.Worker, rq.Worker):
    """Everything as in production but this."""

    execute_job = rq.Worker.execute_job


if __name__ == "__main__":
    run.main(ForkingWorker)
