"""The door with a camera, which is shown a film of a ticket; cancelling, with and without JavaScript."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from tests.browser.conftest import Stage
from tests.builders import PASSWORD, begin_card, do, fan, hold, operator, report
from tests.builders import house as evening
from tests.screens.stage import FLAGS
from webapp import clock
from webapp.checkout import payments, points, settling
from webapp.checkout.models import Ticket
from webapp.checkout.payments import Wish
from webapp.concerts.models import Schedule
from webapp.db import db

PRICE = 100_000
WIDTH, HEIGHT = 640, 480


def sold_ticket() -> tuple[Schedule, str]:
    night, now = evening(), clock.now()
    order = hold(fan("holder"), night, 1, now=now)
    payment = begin_card(order, PRICE, now=now)
    assert do(settling.settle, payment.id, report(payment), now) == "paid"
    return night, db.session.scalars(select(Ticket.code)).one()


def film(path: Path, code: str) -> None:
    """A still of the code as raw video, which is what Chromium's pretended camera plays."""
    matrix = [list(row) for row in segno.make_qr(code, error="q").matrix]
    scale = 360 // (len(matrix) + 8)
    left, top = (WIDTH - len(matrix) * scale) // 2, (HEIGHT - len(matrix) * scale) // 2
    luma = bytearray(b"\xd0" * (WIDTH * HEIGHT))
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                for line in range(top + y * scale, top + (y + 1) * scale):
                    begin = line * WIDTH + left + x * scale
                    luma[begin : begin + scale] = b"\x20" * scale
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)


@pytest.fixture
def gate(house: Flask, chromium: Browser, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:
    """A browser of its own: which film its camera plays is said when it starts."""
    path = tmp_path / "ticket.y4m"
    path.touch()
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
    program = os.environ.get("CHROMIUM") or None
    browser = chromium.browser_type.launch(executable_path=program, args=[*FLAGS, *camera])
    yield browser, path
    browser.close()


def test_the_camera_reads_a_ticket_and_the_door_says_welcome(gate: tuple[Browser, Path], address: str) -> None:
    browser, path = gate
    night, code = sold_ticket()
    operator()
    film(path, code)
    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"/sign-in?next=/admin/door/{night.id}")
    page.get_by_label("Email").fill("operator@frontrow.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(page.get_by_text("1 of 1 are in")).to_be_visible()
    # The ticket stays in front of the camera: after a while it is read again, and is in already.
    expect(page.get_by_role("heading", name="Already in")).to_be_visible()
    page.get_by_role("button", name="Stop the camera").click()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_visible()
    assert complaints == []
    context.close()


def test_typed_codes_are_answered_with_and_without_javascript(enter: Stage, house: Flask) -> None:
    night, code = sold_ticket()
    operator()
    for scripted, answer in ((True, "Welcome"), (False, "Already in")):
        page = enter("operator", f"/admin/door/{night.id}", wide=False, java_script_enabled=scripted)
        page.get_by_label("Code on the ticket").fill(code.lower())
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("heading", name=answer)).to_be_visible()


def test_a_fan_cancels_without_javascript(enter: Stage, house: Flask) -> None:
    sold_ticket()
    page = enter("holder", "/orders", java_script_enabled=False)
    page.get_by_role("link", name="Show").click()
    page.get_by_role("link", name="Cancel the order").click()
    expect(page.get_by_text("What cancelling costs, by day")).to_be_visible()
    page.get_by_role("button", name="Cancel and get ₩100,000 back").click()
    expect(page.get_by_role("heading", name="The order is cancelled.")).to_be_visible()


def test_an_operator_cancels_a_performance_and_watches_the_money_go_back(enter: Stage, house: Flask) -> None:
    night, now = evening(), clock.now()
    holder = fan("holder", point=PRICE)
    order = hold(holder, night, 1, now=now)
    do(payments.start, holder, order.id, Wish(PRICE, PRICE, "sandbox", "key"), now)
    operator()
    page = enter("operator", "/admin/concerts/show/cancellation")
    page.get_by_role("checkbox").check()
    page.get_by_label("Type show to be sure").fill("show")
    page.get_by_role("button", name="Cancel and refund everything").click()
    expect(page.get_by_role("heading", name="Everything is back.")).to_be_visible()
    assert do(points.balance, holder) == PRICE
