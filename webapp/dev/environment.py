"""What a process started by hand is lent: the addresses and secrets of the servers on this machine.

Only where the environment does not say; with DATABASE_URL and REDIS_URL set nothing is started or read.
"""

import os

from webapp.dev import data_folder, secret_keys, services


def lend() -> None:
    """Fill in DATABASE_URL and REDIS_URL from the running or newly started servers, and the secrets."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    addresses = services.ensure(data_folder.DEFAULT)
    os.environ.setdefault("DATABASE_URL", addresses.database_url)
    os.environ.setdefault("REDIS_URL", addresses.redis_url)
    for name, value in secret_keys.keep(data_folder.DEFAULT).items():
        os.environ.setdefault(name, value)
