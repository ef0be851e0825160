"""An operator's page moves by itself: who reads it, writes in it or steers with it is not pushed aside."""

from playwright.sync_api import Page, expect

from tests.builders import do
from tests.running import wait_until
from tests.screens.conftest import Looking
from tests.screens.stage import Look
from webapp import clock
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import steering

REFRESH = """async ([part, url]) => {
  const { refresh } = await import("frontrow/fragments");
  document.querySelector(part).dataset.last = "";
  await refresh(document.querySelector(part), url);
}"""


def newest() -> Concert:
    found = db.session.query(Concert).order_by(Concert.id.desc()).first()
    assert found is not None
    return found


def tables_keep_focus_and_place(page: Page, slug: str) -> None:
    here = f"/admin/concerts/{slug}"
    page.locator("#chart-table > summary").click()
    table = page.locator("#chart-scroller")
    table.evaluate("one => one.scrollTo(80, 0)")
    for part, scroller, url in (("#charts", table, f"{here}/charts?hours=1"), ("#house-seats", None, here)):
        scroller = scroller or page.locator("#seats-scroller")
        scroller.focus()
        scroller.evaluate("one => one.dataset.old = 'yes'")
        page.evaluate(REFRESH, [part, url])
        expect(scroller).not_to_have_attribute("data-old", "yes")
        expect(scroller).to_be_focused()
    assert table.evaluate("one => one.scrollLeft") == 80


def test_figures_can_be_read_while_they_change_and_another_hand_is_seen(looking: Looking) -> None:
    with looking("charts", Look(width=390)) as page:
        concert = newest()
        concert_id, slug = concert.id, concert.slug
        tables_keep_focus_and_place(page, slug)
        expect(page.locator("#house-live[data-live=live]")).to_be_visible()
        # Somebody else pauses while this operator writes: their words stay, and the button follows when they are done.
        message = page.locator("#message")
        message.fill("The doors")
        do(steering.pause, concert_id, clock.now())
        expect(page.get_by_text("Line paused")).to_be_visible()
        expect(message).to_be_focused()
        page.locator("#chart-table > summary").focus()
        expect(page.get_by_role("button", name="Resume the line")).to_be_visible()
        expect(message).to_have_value("The doors")
        expect(page.get_by_role("button", name="Pause the line")).to_have_count(0)
        page.goto("/admin/log")
        links = page.locator(".desk-nav a")
        assert len(set(links.evaluate_all("all => all.map((one) => one.offsetTop)"))) == 1
        expect(page.locator(".desk-nav [aria-current]")).to_be_in_viewport(ratio=1)


CAMERA = """() => {
  window.track = document.createElement("canvas").captureStream().getTracks()[0];
  const stream = new MediaStream([window.track]);
  navigator.mediaDevices.getUserMedia = () => new Promise((grant) => (window.grant = () => grant(stream)));
}"""


def test_a_camera_that_is_granted_after_stop_is_turned_off(looking: Looking) -> None:
    with looking("door-ready") as page:
        page.evaluate(CAMERA)
        page.locator("[data-part=start]").click()
        page.locator("[data-part=stop]").click()
        page.evaluate("window.grant()")
        wait_until(lambda: page.evaluate("window.track.readyState") == "ended", what="the camera is off")
        expect(page.locator("[data-part=start]")).to_be_visible()
        expect(page.locator("[data-part=camera]")).to_be_hidden()
