"""`python -m bench.forking_worker [queue ...]`: a worker that runs jobs RQ's usual way, each in a child."""

import sys

import rq

from workers import run


class ForkingWorker(run.Worker, rq.Worker):
    """Everything as in production but this."""

    execute_job = rq.Worker.execute_job


if __name__ == "__main__":
    run.main(sys.argv[1:], ForkingWorker)
