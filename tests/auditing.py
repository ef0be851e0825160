"""The audit at the end of each test: every promise in one statement, which Postgres plans once and not each time."""

from datetime import datetime

import psycopg

from webapp.audit import PROMISES, Broken, broken_promises
from webapp.db import db

KEPT = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS ({query})" for name, (_, query) in PROMISES.items())
STATEMENT = KEPT.replace("%", "%%").replace(":now", "%(now)s::timestamptz")
# What is planned for small houses may take long in a large one, which is looked at as every house outside of tests.
LONGEST = "1s"


class Auditor:
    """Asks on a connection of its own, which belongs to no pool."""

    def __init__(self, database_url: str) -> None:
        plain = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._connection = psycopg.connect(plain, autocommit=True, options=f"-c statement_timeout={LONGEST}")

    def broken(self, now: datetime) -> list[Broken]:
        """Every broken promise with what it is broken for, as `webapp.audit` tells it."""
        db.session.rollback()
        try:
            all_is_well = not self.names(now)
        except psycopg.errors.QueryCanceled:
            all_is_well = False
        return [] if all_is_well else broken_promises(now)

    def names(self, now: datetime) -> set[str]:
        """Which promises are broken. Raises QueryCanceled when that takes too long."""
        found: list[tuple[str]] = self._connection.execute(STATEMENT, {"now": now}, prepare=True).fetchall()
        return {name for (name,) in found}

    def close(self) -> None:
        self._connection.close()
