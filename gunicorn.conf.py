"""How gunicorn serves the pages and the sockets; read by `gunicorn wsgi:app`, here and in the container."""

import os
import resource
import shutil
import tempfile
from pathlib import Path

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")

# A fan in the waiting room is one open socket, and a greenlet costs little.
worker_class = "gevent"
worker_connections = 20_000

timeout = 30  # seconds without a heartbeat until a stuck worker is replaced
graceful_timeout = 3  # open sockets never end by themselves; the pages connect again
keepalive = 15  # seconds

# Whose X-Forwarded-Proto is believed: the proxy in front.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1"

accesslog = os.environ.get("ACCESS_LOG") or None
errorlog = "-"
loglevel = "info"

# The heartbeat file on a disk can stall a worker; memory cannot.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Its file would be shared by every gunicorn of this user.
control_socket_disable = True

# Each worker counts what it answers in files of its own here; /metrics adds them up. Set before the app is imported.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="frontrow-counts-")


def post_fork(server, worker):
    from webapp import garbage

    garbage.wait()


def post_worker_init(worker):
    from webapp import garbage

    garbage.keep()


def child_exit(server, worker):
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


# One socket is one open file, and the usual soft limit is 1,024. Where the hard one is endless (macOS),
# asking for as much is refused.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (10_240 if most == resource.RLIM_INFINITY else most, most))
