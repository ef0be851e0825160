"""The tables as they are in the live database, as a mermaid diagram; bin/erd writes it to docs/erd.md."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Inspector, inspect, text

from webapp import create_app
from webapp.db import db
from webapp.dev import environment

UNMENTIONED = {"alembic_version"}

HEAD = """# The tables

Written by `bin/erd` from the schema of a migrated database; do not edit. What the columns mean stands in each
feature's `models.py`.
"""

# Postgres spells every comparison out with types, which says nothing to a reader.
CASTS = re.compile(r"::(text|character varying)(\[\])?")

TRIGGERS = """
SELECT c.relname, t.tgname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal ORDER BY 1, 2
"""


def page() -> str:
    """The page: the diagram, then what Postgres itself refuses. Needs an app context."""
    schema = inspect(db.engine)
    tables = [name for name in sorted(schema.get_table_names()) if name not in UNMENTIONED]
    diagram = [line for name in tables for line in (*_entity(schema, name), *_references(schema, name))]
    return "\n".join(
        [HEAD, "```mermaid", "erDiagram", *diagram, "```", "", *_refusals(schema, tables), "", *_triggers()]
    )


def _entity(schema: Inspector, table: str) -> Iterator[str]:
    keys = _keys(schema, table)
    yield f"    {table} {{"
    for column in schema.get_columns(table):
        kind = type(column["type"]).__name__.lower()
        marks = ", ".join(mark for mark, names in keys.items() if column["name"] in names)
        yield f"        {kind} {column['name']} {marks}".rstrip() + (' "may be empty"' if column["nullable"] else "")
    yield "    }"


def _keys(schema: Inspector, table: str) -> dict[str, set[str]]:
    unique = [one["column_names"] for one in schema.get_unique_constraints(table)]
    return {
        "PK": set(schema.get_pk_constraint(table)["constrained_columns"]),
        "FK": {name for key in schema.get_foreign_keys(table) for name in key["constrained_columns"]},
        "UK": {names[0] for names in unique if len(names) == 1},
    }


def _references(schema: Inspector, table: str) -> Iterator[str]:
    may_be_empty = {column["name"]: column["nullable"] for column in schema.get_columns(table)}
    keys = _keys(schema, table)
    once = keys["UK"] | (keys["PK"] if len(keys["PK"]) == 1 else set())
    for key in sorted(schema.get_foreign_keys(table), key=lambda one: one["constrained_columns"]):
        column = key["constrained_columns"][0]
        parent = "|o" if may_be_empty[column] else "||"
        child = "o|" if column in once else "o{"
        yield f"    {key['referred_table']} {parent}--{child} {table} : {column}"


def _refusals(schema: Inspector, tables: list[str]) -> Iterator[str]:
    yield "## What Postgres refuses\n"
    yield "| table | rule | what it says |\n|---|---|---|"
    for table in tables:
        for index in sorted(schema.get_indexes(table), key=lambda one: str(one["name"])):
            if index["unique"]:
                yield _row(table, index["name"], _unique(index))
        for check in sorted(schema.get_check_constraints(table), key=lambda one: str(one["name"])):
            yield _row(table, check["name"], check["sqltext"])


def _unique(index: Mapping[str, Any]) -> str:
    columns = ", ".join(index.get("expressions") or index["column_names"])
    where = index.get("dialect_options", {}).get("postgresql_where")
    return f"one row per ({columns})" + (f" where {where}" if where else "")


def _triggers() -> Iterator[str]:
    yield "## Triggers\n"
    yield "| table | trigger | function |\n|---|---|---|"
    with db.engine.connect() as connection:
        for row in connection.execute(text(TRIGGERS)):
            yield _row(*row)
    yield ""


def _row(table: str, name: str | None, rule: str) -> str:
    return f"| {table} | {name} | `{CASTS.sub('', rule)}` |"


def main() -> None:
    environment.lend()
    with create_app().app_context():
        print(page(), end="")


if __name__ == "__main__":
    main()
