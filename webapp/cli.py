"""The commands of `flask --app wsgi`, from migrate to make-operator; `crowd` and `import-plan` are in dev."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import func, text, update

from webapp import clock
from webapp.accounts.models import OPERATOR, User
from webapp.admin import exports
from webapp.audit import broken_promises
from webapp.checkout import balancing
from webapp.checkout.providers import configured
from webapp.concerts import listing
from webapp.db import db, transaction
from webapp.dev import seeds
from webapp.dev.crowd.command import crowd
from webapp.dev.plan_command import import_plan
from webapp.errors import NotFound, ProviderUnavailable
from webapp.waiting_room import steering, verifying

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_011_954  # any number, the same everywhere: two processes migrating at once take turns


def register(app: Flask) -> None:
    for command in (migrate, seed, audit, reconcile, open_sale, verify_draw, make_operator, import_plan, export, crowd):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to this version's tables."""
    import alembic.command  # slow to import, and no other command needs it

    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        alembic.command.upgrade(alembic_config(), "head")


@click.command()
@with_appcontext
def seed() -> None:
    """Make the demo's concerts, fans and operator, once."""
    with transaction():
        made = seeds.seed(clock.now())
    for line in made:
        click.echo(line)


@click.command()
@with_appcontext
def audit() -> None:
    """Check every promise on the live database; name the broken ones and exit with 1."""
    broken = broken_promises(clock.now())
    for promise in broken:
        click.echo(f"BROKEN {promise.name}: {promise.sentence}")
    if broken:
        sys.exit(1)
    click.echo("Every promise holds.")


@click.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day in Korea; today if left out.")
@click.option("--provider", "keys", multiple=True, help="Only this payment provider.")
@click.option("--repair", is_flag=True, help="Put right what can be.")
@with_appcontext
def reconcile(day: datetime | None, keys: tuple[str, ...], repair: bool) -> None:
    """Compare a day's records of the payment providers with ours; exit with 1 if something still differs.

    A provider that does not answer is said so, ends no other's comparison, and counts as a difference.
    """
    for key in keys:
        if key not in configured():
            raise click.ClickException(f"There is no payment provider {key!r} here.")
    now = clock.now()
    left = [_reconcile(key, day.date() if day else balancing.today(now), repair, now) for key in keys or configured()]
    if any(left):
        sys.exit(1)


def _reconcile(key: str, day: date, repair: bool, now: datetime) -> int:
    """Compare one provider's day, and say what differs; how many still do."""
    try:
        found = balancing.compare(key, day)
    except ProviderUnavailable:
        click.echo(f"{key} does not answer.", err=True)
        return 1
    outcomes = balancing.repair(found, now) if repair else [(one, "differs") for one in found]
    for difference, outcome in outcomes:
        click.echo(f"{key} {difference.subject}: {difference.kind} -> {outcome}")
    click.echo(f"{key}: {len(found)} differ.")
    return sum(outcome in {"differs", "by_hand", "ignored"} for _, outcome in outcomes)


@click.command("open-sale")
@click.argument("slug")
@with_appcontext
def open_sale(slug: str) -> None:
    """Open the sale of the concert SLUG now."""
    try:
        with transaction():
            steering.open_sale(listing.concert(slug).id, clock.now())
    except NotFound:
        raise click.ClickException(f"There is no published concert {slug!r}.") from None
    click.echo(f"The sale of {slug} is open.")


@click.command("verify-draw")
@click.argument("slug")
@with_appcontext
def verify_draw(slug: str) -> None:
    """Compute the draw of the concert SLUG again from its published seed; exit with 1 if it was not as promised."""
    try:
        concert_id = listing.concert(slug).id
    except NotFound:
        raise click.ClickException(f"There is no concert {slug!r}.") from None
    public = verifying.published(concert_id)
    if public is None or public.seed is None:
        raise click.ClickException(f"Nothing has been drawn for {slug} yet.")
    click.echo(f"Committed to {public.commitment}\nSeed         {public.seed}")
    for fault in (faults := verifying.faults(concert_id, public)):
        click.echo(f"WRONG {fault}")
    if faults:
        sys.exit(1)
    click.echo(f"{public.fans:,} fans, each with the number of their lot.")


@click.command("make-operator")
@click.argument("email")
@with_appcontext
def make_operator(email: str) -> None:
    """Give the account with this address the operator's role."""
    with transaction():
        changed = db.session.execute(
            update(User).where(func.lower(User.email) == email.lower()).values(role=OPERATOR).returning(User.id)
        ).first()
    if changed is None:
        raise click.ClickException(f"There is no account {email!r}: sign up first.")
    click.echo(f"{email} is an operator.")


@click.command()
@click.argument("name")
@click.option("--concert", "slug", help="Of this concert; of the whole house if left out.")
@click.option("--output", type=click.File("wb"), default="-", help="The file to write; standard output if left out.")
@with_appcontext
def export(name: str, slug: str | None, output: IO[bytes]) -> None:
    """Write an export as CSV: orders, payments, tickets, line or sales of a concert; payments or log of the house."""
    try:
        for piece in exports.lines(name, listing.concert(slug) if slug else None, clock.now()):
            output.write(piece)
    except NotFound:
        raise click.ClickException(f"There is no export {name!r} of {slug or 'the house'!r}.") from None


def alembic_config() -> "Config":
    """Where the migrations are, for Alembic."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings
