"""The jobs as an operator sees them, read from RQ; running one now, retrying and discarding failed ones.

The web process knows the recurring jobs by what the clock has registered in Redis, not by the workers' code.
"""

from datetime import datetime
from typing import Any

from redis.exceptions import RedisError
from rq import Worker
from rq.cron import CronJob, CronScheduler, get_cron_job_ids
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.worker.base import BaseWorker

from webapp import jobs
from webapp.admin import job_words
from webapp.errors import NotFound

LATEST = 20  # how many of a job's last runs are looked at to find one that has ended


def overview() -> dict[str, Any]:
    """Everything the page shows; with Redis away, nothing but `redis_ok` False."""
    try:
        workers = [_worker(worker) for worker in Worker.all(connection=jobs.redis())]
        return {
            "redis_ok": True,
            "recurring": [_recurring(job) for job in _registered()],
            "failed": [_failed(name, job_id) for name, job_id in _failed_ids()],
            "workers": workers,
            "queues": [_queue(name, workers) for name in jobs.QUEUES],
        }
    except RedisError:
        return {"redis_ok": False, "recurring": [], "failed": [], "workers": [], "queues": []}


def run_now(name: str, now: datetime) -> None:
    """Enqueue a recurring job at once. Raises NotFound for one the clock does not know."""
    job = next((one for one in _registered() if one.name == name), None)
    if job is None:
        raise NotFound()
    enqueued = jobs.queue(job.queue_name).enqueue(
        job.func_name, result_ttl=jobs.RESULT_SECONDS, failure_ttl=jobs.FAILURE_SECONDS
    )
    jobs.redis().zadd(job.job_history_key, {enqueued.id: now.timestamp()})


def retry(job_id: str) -> None:
    """Put a failed job back on its queue. Raises NotFound for one that is not failed any more."""
    job = _fetch_failed(job_id)
    try:
        FailedJobRegistry(job.origin, connection=jobs.redis()).requeue(job)
    except InvalidJobOperation:
        raise NotFound() from None


def discard(job_id: str) -> None:
    """Forget a failed job. Raises NotFound for one that is not failed any more."""
    job = _fetch_failed(job_id)
    FailedJobRegistry(job.origin, connection=jobs.redis()).remove(job, delete_job=True)


def _registered() -> list[CronJob]:
    schedulers = CronScheduler.all(jobs.redis())
    newest = max(schedulers, key=lambda one: one.created_at, default=None)
    return newest.get_jobs() if newest else []


def _recurring(job: CronJob) -> dict[str, Any]:
    ids = get_cron_job_ids(job.name, jobs.redis(), 0, LATEST - 1)
    runs = [run for run in Job.fetch_many(ids, connection=jobs.redis()) if run and run.ended_at]
    last = runs[0] if runs else None
    took = (last.ended_at - last.started_at).total_seconds() if last and last.ended_at and last.started_at else None
    return {
        "name": job.name,
        "what": (job.job_options.get("meta") or {}).get("what", ""),
        "every": job_words.every(job.interval),
        "last_at": job.latest_enqueue_time,
        "next_at": job.next_enqueue_time,
        "last_seconds": took,
        "last_outcome": _outcome(last) if last else None,
        "last_said": job_words.outcome(_outcome(last)) if last else None,
    }


def _outcome(job: Job) -> str:
    if job.is_failed:
        return "failed"
    return str(job.return_value() or "done")


def _failed_ids() -> list[tuple[str, str]]:
    return [
        (name, job_id)
        for name in jobs.QUEUES
        for job_id in FailedJobRegistry(name, connection=jobs.redis()).get_job_ids(0, 49, desc=True)
    ]


def _failed(queue_name: str, job_id: str) -> dict[str, Any]:
    try:
        job = Job.fetch(job_id, connection=jobs.redis())
    except NoSuchJobError:
        return {"id": job_id, "name": queue_name, "error": "", "traceback": "", "at": None, "arguments": ""}
    result = job.latest_result()
    traceback = str(result.exc_string or "") if result else ""
    return {
        "id": job_id,
        "name": job.func_name,
        "error": traceback.strip().rsplit("\n", 1)[-1],
        "traceback": traceback,
        "at": job.ended_at,
        "arguments": ", ".join(map(str, job.args)),
    }


def _worker(worker: BaseWorker) -> dict[str, Any]:
    job = worker.get_current_job()
    return {
        "queues": worker.queue_names(),
        "state": job_words.state(str(worker.get_state())),
        "current": job.func_name if job else None,
    }


def _queue(name: str, workers: list[dict[str, Any]]) -> dict[str, Any]:
    taken = any(name in worker["queues"] for worker in workers)
    return {"name": name, "waiting": jobs.queue(name).count, "has_worker": taken}


def _fetch_failed(job_id: str) -> Job:
    try:
        job = Job.fetch(job_id, connection=jobs.redis())
    except NoSuchJobError:
        raise NotFound() from None
    if not job.is_failed:
        raise NotFound()
    return job
