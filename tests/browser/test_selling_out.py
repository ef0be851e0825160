"""A grade sells out before everyone's eyes: the fan who waits reads and hears it, the operator sees it drawn."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Stage
from tests.builders import concert, do, fan, hall, hold, operator, schedule
from webapp import clock
from webapp.admin.editing import schedule_edits, states
from webapp.booking import holds
from webapp.live import messages
from webapp.waiting_room import joining

SAMPLED_MS = 60_000  # every ten seconds, by a clock and a worker on a busy machine


def test_a_grade_sells_out_while_a_fan_waits_and_the_chart_moves(enter: Stage) -> None:
    show, plan = concert(capacity=0), hall(rows=2, seats=4)
    plan["sections"][0]["rows"][0]["grade"] = "VIP"
    evening = schedule(show, plan)
    operator()
    watching = enter("operator", "/admin/concerts/show")
    expect(watching.get_by_text("Nobody has joined yet.")).to_be_visible()
    do(joining.join, fan("waiter"), show.id, clock.now())
    waiting = enter("waiter", "/concerts/show/line")
    expect(waiting.locator(".live-mark[data-live=live]")).to_be_visible()
    row, news = waiting.locator("[data-name=VIP]"), waiting.get_by_role("status").and_(waiting.locator("[data-news]"))
    expect(row).to_have_attribute("data-stock", "plenty")
    expect(news).to_be_empty()
    waiting.evaluate("document.body.dataset.same = 'page'")

    order = hold(fan("faster"), evening, 1, 2, 3, 4, now=clock.now())
    expect(news).to_have_text("The last VIP seats are gone.")
    expect(row).to_contain_text("Sold out")
    expect(waiting.locator("[data-name=R]")).to_have_attribute("data-stock", "plenty")
    do(holds.release, order.user_id, order.id, clock.now())
    expect(news).to_have_text("VIP seats are back.")
    expect(row).to_have_attribute("data-stock", "plenty")
    seen, times = states.fingerprint(schedule_edits.of(evening)), (evening.starts_at, evening.doors_at)
    do(schedule_edits.change, evening.id, times, {"VIP": 154_000, "R": 99_000}, seen)
    expect(row).to_contain_text("₩154,000")
    later = schedule(show, hall(rows=1, seats=2, grade="S"), days=61)
    messages.house_changed(show.id, later.id)
    expect(waiting.locator("[data-name=S]")).to_contain_text("Plenty left")
    do(schedule_edits.remove, later.id)
    expect(waiting.locator("[data-name=S]")).to_have_count(0)
    expect(news).to_have_text("The last S seats are gone.")
    assert waiting.evaluate("document.body.dataset.same") == "page"

    waiting.get_by_role("button", name="한국어").click()
    expect(waiting.locator(".live-mark[data-live=live]")).to_have_text("실시간")
    order = hold(order.user_id, evening, 1, 2, 3, 4, now=clock.now())
    expect(news).to_have_text("VIP석이 모두 나갔어요.")
    do(holds.release, order.user_id, order.id, clock.now())

    drawn = watching.locator("[data-plot=waiting] .plot-line")
    expect(drawn).to_have_attribute("d", re.compile("^M"), timeout=SAMPLED_MS)
    expect(watching.locator("[data-plot=waiting] figcaption b")).to_have_text("1")
    expect(watching.get_by_text("100% of the holds that are over")).to_have_count(0)
    hold(fan("latecomer"), evening, 1, 2, now=clock.now())
    expect(watching.get_by_text("0 sold · 2 held · 2 free")).to_be_visible()
