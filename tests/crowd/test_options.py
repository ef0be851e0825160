"""Bad options get a sentence, and nothing is made of them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.builders import NOW, concert, schedule
from tests.running import free_port
from webapp import clock
from webapp.accounts.models import User
from webapp.db import db
from webapp.dev.crowd import character, command
from webapp.dev.crowd.options import Options

GOOD = Options(
    concert="show",
    url="http://127.0.0.1:8000",
    fans=500,
    over_seconds=60,
    buy=0.6,
    patience_minutes=10,
    think_seconds=5,
    points=0.2,
    decline=0.1,
    dither=0.1,
    no_show=0.05,
    best=0.5,
    sign_in_form=0.02,
    longest_minutes=30,
    seed=1,
)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (["--fans", "0"], "--fans goes from 1 to 20,000."),
        (["--fans", "20001"], "--fans goes from 1 to 20,000."),
        (["--buy", "1.2"], "--buy is a share, from 0 to 1."),
        (["--no-show", "-0.1"], "--no-show is a share, from 0 to 1."),
        (["--patience", "0"], "--patience and --stop-after are more than 0 minutes."),
        (["--over", "-1"], "--over and --think cannot be less than 0 seconds."),
        (["--url", "somewhere"], "--url is the address of a running server"),
        (["--concert", "none"], "There is no concert 'none'."),
        (["--report", "page.txt"], "--report is the page's file and ends in .html"),
    ],
)
def test_a_bad_option_is_a_sentence_and_makes_nobody(house: Flask, option: list[str], sentence: str) -> None:
    concert()
    done = house.test_cli_runner().invoke(args=["crowd", "--concert", "show", *option])
    assert done.exit_code == 1
    assert sentence in done.output
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_a_server_that_does_not_answer_is_said(house: Flask) -> None:
    concert()
    url = f"http://127.0.0.1:{free_port()}"
    done = house.test_cli_runner().invoke(args=["crowd", "--concert", "show", "--fans", "1", "--url", url])
    assert done.exit_code == 1
    assert f"No server of Frontrow answers at {url}." in done.output
    assert db.session.scalar(select(func.count()).select_from(User)) == 0, "nobody was made and left behind"


def test_without_a_concert_it_is_the_first_on_sale(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []

    def note(options: Options, *_about: object) -> dict[str, object]:
        came.append(options.concert)
        return {"audit": []}

    monkeypatch.setattr(command, "rehearse", note)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    nothing = house.test_cli_runner().invoke(args=["crowd"])
    assert "No concert is on sale, and none will be." in nothing.output
    schedule(concert("later", opens_at=NOW + timedelta(hours=1)))
    assert house.test_cli_runner().invoke(args=["crowd"]).exit_code == 0
    schedule(concert("open"))
    assert house.test_cli_runner().invoke(args=["crowd"]).exit_code == 0
    assert came == ["later", "open"]


def test_the_same_seed_makes_the_same_crowd_of_the_wanted_shares() -> None:
    crowd = character.cast(GOOD)
    assert crowd == character.cast(GOOD)
    assert 250 < sum(who.buys for who in crowd) < 350
    assert 70 < sum(who.pays_by_points for who in crowd) < 130
    assert max(who.comes_after for who in crowd) <= 60
    first_half = sum(who.comes_after < 30 for who in crowd)
    assert first_half > 400, "a rush comes early"
