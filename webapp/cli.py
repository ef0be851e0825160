"""The commands of `flask --app wsgi`: migrate, seed, audit, open-sale, verify-draw, make-operator; crowd is in dev."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import func, text, update

from webapp import clock
from webapp.accounts.models import OPERATOR, User
from webapp.audit import broken_promises
from webapp.concerts import listing
from webapp.db import db, transaction
from webapp.dev import seeds
from webapp.dev.crowd.command import crowd
from webapp.errors import NotFound
from webapp.waiting_room import steering, verifying

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_011_954  # any number, the same everywhere: two processes migrating at once take turns


def register(app: Flask) -> None:
    for command in (migrate, seed, audit, open_sale, verify_draw, make_operator, crowd):
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


@click.command("open-sale")
@click.argument("slug")
@with_appcontext
def open_sale(slug: str) -> None:
    """Open the sale of the concert SLUG now."""
    try:
        with transaction():
            steering.open_sale(listing.concert(slug).id, clock.now())
    except NotFound:
        raise click.ClickException(f"There is no concert {slug!r}.") from None
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


def alembic_config() -> "Config":
    """Where the migrations are, for Alembic."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings
