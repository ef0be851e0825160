"""From the door to the ticket: looking at the map, holding, colliding, trying again, paying."""

import asyncio
import random
import re
import time
from urllib.parse import urlsplit

from webapp.booking import snapshot
from webapp.dev.crowd import diary
from webapp.dev.crowd.browser import Browser, Page
from webapp.dev.crowd.character import Character
from webapp.dev.crowd.diary import Diary

HOLD_TRIES = 8
PAID_SECONDS = 60.0  # a card payment is settled by a worker; its page looks again every second
LOOK_AGAIN_SECONDS = 1.0
SCHEDULE = re.compile(r'href="/schedules/(\d+)"')
STATUS = re.compile(r'id="order-status" data-status="(\w+)"')
FREE = "0"


def _field(name: str, page: Page) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    return found[1] if found else ""


async def choose(browser: Browser, who: Character, chance: random.Random, story: Diary, think_seconds: float) -> str:
    """Look at the seats and act as the character wants to; how the evening ended."""

    async def think() -> None:
        await asyncio.sleep(chance.expovariate(1 / think_seconds) if think_seconds else 0)

    page = await browser.get(f"/concerts/{browser.slug}/schedules")
    if schedules := SCHEDULE.findall(page.text) if page.path.endswith("/schedules") else []:
        page = await browser.get(f"/schedules/{chance.choice(schedules)}")
    if page.status != 200:
        return diary.OVER if page.status == 403 else _wonder(browser, page, "seats")
    await think()
    if not who.buys:
        await browser.post(f"/concerts/{browser.slug}/line/departure", {"csrf_token": page.token})
        return diary.LOOKED
    order = await _hold(browser, who, chance, story, page)
    if order is None:
        return diary.NO_SEATS
    await think()
    if who.dithers:
        return diary.DITHERED
    return await _pay(browser, who, story, order)


async def _hold(browser: Browser, who: Character, chance: random.Random, story: Diary, page: Page) -> str | None:
    """The address of an order with held seats; None when there is nothing left to hold, or no luck."""
    here, wants, seats = page.path, who.wants, who.wants
    for _ in range(HOLD_TRIES):
        form: dict[str, object] = {"csrf_token": page.token}
        if who.takes_best:
            form["best"], seats = str(wants), wants
        else:
            states = snapshot.unpack((await browser.get(f"{here}/seats.json", json=True)).json)
            free = [number for number, state in enumerate(states, start=1) if state == FREE]
            if not free:
                return None
            chosen = _favourites(free, wants, chance)
            form["seat"], seats = [str(number) for number in chosen], len(chosen)
        answer = await browser.post(f"{here}/holds", form, json=True)
        if answer.status == 201:
            story.seats = seats
            return str(answer.json["order_url"])
        code = answer.json.get("code") if isinstance(answer.json, dict) else None
        if code == "none-together" and wants == 1:
            return None
        if code not in {"seat-taken", "none-together"}:
            _wonder(browser, answer, "hold")
            return None
        story.collisions += code == "seat-taken"
        wants = max(1, wants - 1) if code == "none-together" else wants
    return None


def _favourites(free: list[int], wants: int, chance: random.Random) -> list[int]:
    """Seats beside each other in the plan's order, and rather from the front: that is where fans collide."""
    first = int(len(free) * chance.random() ** 2)
    return free[first : first + wants] or free[-wants:]


async def _pay(browser: Browser, who: Character, story: Diary, order: str) -> str:
    """Pay, after a declined card with another one. How the evening ended."""
    story.doing = "paying"
    for is_declined in (True, False) if who.is_declined and not who.pays_by_points else (False,):
        page = await browser.get(order)
        names = ("csrf_token", "amount", "idempotency_key")
        form = {name: _field(name, page) for name in names}
        page = await browser.post(f"{order}/payments", {**form, "method": "points" if who.pays_by_points else "card"})
        if not page.url.startswith(browser.url):
            await _at_the_provider(browser, page, "decline" if is_declined else "approve")
            story.declined += is_declined
        if await _settled(browser, order) == "paid":
            story.bought_at = time.time()
            return diary.BOUGHT
    browser.journal.errors["an order was not paid in the end"] += 1
    return diary.FAILED


async def _at_the_provider(browser: Browser, page: Page, choice: str) -> None:
    """Choose on the provider's page, and come back the way it sends us."""
    form = {"token": _field("token", page), "choice": choice}
    back = await browser.post(page.url, form)
    if urlsplit(back.url).path.startswith("/pay/"):
        browser.journal.errors[f"the provider kept the fan: {back.status}"] += 1


async def _settled(browser: Browser, order: str) -> str:
    """The order's status once it is no more on its way."""
    until = time.monotonic() + PAID_SECONDS
    while True:
        found = STATUS.search((await browser.get(order)).text)
        status = found[1] if found else "gone"
        if status != "paying" or time.monotonic() > until:
            return status
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _wonder(browser: Browser, page: Page, what: str) -> str:
    code = page.json.get("code") if isinstance(page.json, dict) else page.status
    browser.journal.errors[f"{what}: {code}"] += 1
    return diary.FAILED
