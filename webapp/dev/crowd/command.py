"""`flask --app wsgi crowd`: rehearse a sale with simulated fans."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import clock
from webapp.concerts import listing
from webapp.dev.crowd.options import BadOption, Options
from webapp.errors import NotFound

REPORTS = Path("var/crowd")


def _share(name: str, default: float, words: str) -> Any:
    return click.option(name, type=float, default=default, show_default=True, metavar="SHARE", help=words)


@click.command()
@click.option("--concert", metavar="SLUG", help="Whose line they join; the first one on sale unless told.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The running server.")
@click.option("--fans", type=int, default=2000, show_default=True, help="How many.")
@click.option("--over", "over_seconds", type=float, default=60, show_default=True, help="Seconds in which they come.")
@_share("--buy", 0.6, "How many of those called buy.")
@click.option("--patience", "patience_minutes", type=float, default=15, show_default=True, help="Median, in minutes.")
@click.option("--think", "think_seconds", type=float, default=8, show_default=True, help="Mean seconds at each step.")
@_share("--points", 0.2, "How many pay from points; the others by card.")
@_share("--decline", 0.1, "How many have their first card declined.")
@_share("--dither", 0.1, "How many buyers let their hold lapse.")
@_share("--no-show", 0.03, "How many are away when they are called.")
@_share("--best", 0.5, "How many take the best available; the others choose seats themselves.")
@_share("--sign-in-form", 0.02, "How many sign in by the form; the others have been signed in before.")
@click.option("--stop-after", "longest_minutes", type=float, default=60, show_default=True, help="Minutes, at most.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same crowd.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the page, .html.")
@with_appcontext
def crowd(report: Path | None, concert: str | None, **told: Any) -> None:
    """Rehearse a sale: simulated fans over real HTTP and sockets, and a report. Exits 1 if a promise was broken."""
    options = Options(concert=concert or _first_on_sale(), **told)
    try:
        options.check()
        found_concert = listing.concert(options.concert)
        if report and report.suffix != ".html":
            raise BadOption("--report is the page's file and ends in .html; the figures go beside it, in .json.")
        found = rehearse(options, found_concert.id, found_concert.title, report or _new_report(options.concert))
    except BadOption as problem:
        raise click.ClickException(str(problem)) from None
    except NotFound:
        raise click.ClickException(f"There is no concert {options.concert!r}.") from None
    sys.exit(1 if found["audit"] else 0)


def rehearse(options: Options, concert_id: int, title: str, report: Path) -> dict[str, Any]:
    """Let the crowd come, print and write down what it lived through; the figures. Raises BadOption."""
    # These load an HTTP client, which no other command needs.
    from webapp.dev.crowd import accounts, character, outcome, run, spoken, summary
    from webapp.dev.crowd import report as reports

    run.require_server(options)
    characters = character.cast(options)
    click.echo(f"{options.fans:,} fans get ready for {title}.")
    fans = accounts.make(current_app._get_current_object(), characters)  # type: ignore[attr-defined]
    began, started = time.time(), time.monotonic()
    try:
        journal = run.spend(options, concert_id, characters, fans)
    finally:
        accounts.sign_out(fans)
    evening = summary.Evening(
        options, title, journal, outcome.read(concert_id, fans), began, time.monotonic() - started
    )
    found = reports.write(evening, report)
    click.echo("\n" + "\n".join(spoken.lines(found)))
    click.echo(f"The report is {report}, the figures {report.with_suffix('.json')}.")
    return found


def _first_on_sale() -> str:
    """The concert that a fan of the listing would go to first; one whose sale opens soon if none is on sale."""
    cards = [card for card in listing.cards(clock.now()) if card.state in {"on_sale", "upcoming"}]
    if not cards:
        raise click.ClickException("No concert is on sale, and none will be.")
    return min(cards, key=lambda card: card.state == "upcoming").concert.slug


def _new_report(slug: str) -> Path:
    return REPORTS / f"{slug}-{datetime.now(UTC):%Y%m%d-%H%M%S}.html"
