"""What a process started by hand is lent: the addresses and secrets of the servers on this machine.

Only where the environment does not say; with DATABASE_URL and REDIS_URL set nothing is started or read.
"""

import os

from webapp.config import BadSetting
from webapp.dev import data_folder, secret_keys, services
from webapp.dev.processes import CannotStart


def lend() -> None:
    """Fill in DATABASE_URL and REDIS_URL from the running or newly started servers, and the secrets.

    Raises BadSetting with the sentence why no server could be started.
    """
    given = {"database_url": os.environ.get("DATABASE_URL"), "redis_url": os.environ.get("REDIS_URL")}
    if all(given.values()):
        return
    try:
        addresses = services.ensure(data_folder.DEFAULT, **given)
    except CannotStart as problem:
        raise BadSetting(str(problem)) from problem
    os.environ.setdefault("DATABASE_URL", addresses.database_url)
    os.environ.setdefault("REDIS_URL", addresses.redis_url)
    for name, value in secret_keys.keep(data_folder.DEFAULT).items():
        os.environ.setdefault(name, value)
