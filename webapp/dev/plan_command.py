"""flask import-plan: a seat plan from a file, looked at or saved."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import clock
from webapp.concerts import seat_plans
from webapp.concerts.plan_files import limits, reading, warnings
from webapp.concerts.plan_files.problems import BadPlanFile
from webapp.db import transaction


@click.command("import-plan")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="What the plan is called; the file's own name for it if left out.")
@click.option("--check", is_flag=True, help="Only read it and say what it holds.")
@with_appcontext
def import_plan(file: Path, name: str, check: bool) -> None:
    """Save the seat plan in FILE: rows written by hand, or pretix's JSON. Exit with 1, naming what is wrong with it."""
    with file.open("rb") as opened:
        data = opened.read(limits.MOST_BYTES + 1)
    with current_app.test_request_context():  # sentences are said in the language of a request
        try:
            found = reading.read(data)
        except BadPlanFile as bad:
            raise click.ClickException("\n".join(f"{file}: {problem}" for problem in bad.problems)) from None
        for warning in found.warnings:
            click.echo(f"Worth a look: {warnings.said(warning)}")
        for part in seat_plans.portions_of(found.plan):
            names = f"{part.section} | {part.section_ko}" if part.section_ko else part.section
            click.echo(f"{names}: {part.seats:,} seats of grade {part.grade}")
        if check:
            return
        now = clock.now()
        with transaction():
            plan = seat_plans.draft(found, name, now)
            seat_plans.save(plan.id, plan.name, now)
        click.echo(f"Saved as plan {plan.id}, {plan.name}, with {plan.seat_count:,} seats.")
