"""One fan's evening: coming, gathering in the lobby, joining, waiting live, being called or losing patience."""

import asyncio
import random
import re
import time
from datetime import datetime
from typing import Any

import aiohttp

from webapp.dev.crowd import buying, diary
from webapp.dev.crowd.accounts import Account
from webapp.dev.crowd.browser import Browser, Lost, Page
from webapp.dev.crowd.character import Character
from webapp.dev.crowd.diary import Diary, Estimate
from webapp.dev.crowd.socket import Closed, watching
from webapp.waiting_room import bands

POLL_SECONDS = 4.0  # as the waiting room's own page
LOOK_AGAIN_SECONDS = 3.0
LOBBY_SECONDS = 10.0  # as the lobby's own page
RETRY_SECONDS = 1.0
STILL_WAITING_SECONDS = 1.0  # as the page, while the line has passed us and our place does not say so yet


class Visit:
    """A fan at work. `concert_id` is the concert of the browser's slug."""

    def __init__(self, who: Character, account: Account, browser: Browser, concert_id: int, story: Diary) -> None:
        self.who, self.account, self.browser, self.story = who, account, browser, story
        self.concert_id, self.here = concert_id, f"/concerts/{browser.slug}"
        self.chance = random.Random(who.seed)
        self.start_ahead = self.ahead = 0

    async def spend(self, think_seconds: float) -> None:
        """The whole evening, from coming to going home. How it went stands in the diary."""
        await asyncio.sleep(self.who.comes_after)
        self.story.came_at, self.story.doing = time.time(), "arriving"
        try:
            self.story.ended = await self._evening(think_seconds)
        except Lost:
            self.story.ended = diary.FAILED
        except TimeoutError:
            self.story.ended = await self._lose_patience()

    async def _evening(self, think_seconds: float) -> str:
        async with asyncio.timeout(self.who.patience):
            if self.account.cookie is None:
                await self._sign_in()
            if not await self._join():
                return diary.NOT_ON_SALE
            self.story.doing = "waiting"
            if not await self._wait():
                return diary.NOT_ON_SALE
        self.story.known_at, self.story.doing = time.time(), "choosing"
        if not self.who.shows_up:
            return diary.NO_SHOW
        return await buying.choose(self.browser, self.who, self.chance, self.story, think_seconds)

    async def _sign_in(self) -> None:
        form = await self.browser.get("/sign-in")
        typed = {"csrf_token": form.token, "email": self.account.email, "password": self.account.password}
        page = await self.browser.post("/sign-in", typed)
        if page.path == "/sign-in":
            self.browser.journal.errors["signing in by the form was refused"] += 1
            raise Lost()

    async def _join(self) -> bool:
        """Into the line, over the lobby if there is one. False when nothing is on sale, and nothing will be."""
        while True:
            page = await self.browser.get(self.here)
            if f'href="{self.here}/lobby"' in page.text or f'action="{self.here}/lobby"' in page.text:
                await self._gather(page)
                page = await self.browser.get(f"{self.here}/lobby")
            elif f'action="{self.here}/line"' in page.text:
                page = await self.browser.post(f"{self.here}/line", {"csrf_token": page.token})
            elif 'data-state="upcoming"' not in page.text:
                return False
            if page.path != self.here and page.status == 200:
                self.story.joined_at = time.time()
                return True
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * LOOK_AGAIN_SECONDS)

    async def _gather(self, page: Page) -> None:
        """Wait in the lobby until its sale is open, and then for a moment of one's own, as the page does."""
        self.story.doing = "in the lobby"
        await self.browser.post(f"{self.here}/lobby", {"csrf_token": page.token})
        while True:
            status = (await self.browser.get(f"{self.here}/lobby/status", json=True)).json
            until = datetime.fromisoformat(status["opens_at"]).timestamp() - time.time()
            if status["state"] == "over" or until <= 0:
                return await asyncio.sleep(self.chance.random() * status["spread_ms"] / 1000)
            await asyncio.sleep(min(until, self.chance.uniform(0.7, 1.3) * LOBBY_SECONDS))

    async def _wait(self) -> bool:
        """Wait to be called. False when the place was lost."""
        place = await self._look()
        self.start_ahead = self.ahead
        while place["state"] == "waiting":
            try:
                place = await self._listen()
            except (Closed, aiohttp.ClientError, TimeoutError) as problem:
                # A handshake that took too long; patience at its end is no exception in here but a cancellation.
                self.browser.journal.errors[f"socket: {str(problem) or type(problem).__name__}"] += 1
                await asyncio.sleep(self.chance.uniform(0.5, 1.5) * RETRY_SECONDS)
                place = await self._look()
        return bool(place["state"] == "called")

    async def _listen(self) -> dict[str, Any]:
        """Watch the ticks until the own place is no more a waiting one. Raises Closed."""
        async with watching(self.browser, self.concert_id) as ticks:
            async for tick in ticks:
                self.browser.journal.ticks += 1
                assert self.story.number is not None
                self.ahead = min(self.ahead, bands.ahead(tick["serving"], tick["left"], self.story.number))
                if tick["serving"] >= self.story.number:
                    return await self._look_until_told()
                if self.story.midway is None and self.ahead <= self.start_ahead / 2:
                    place = await self._look()
                    if place["state"] != "waiting":
                        return place
        raise Closed("ended")

    async def _look_until_told(self) -> dict[str, Any]:
        """The line has passed us: ask until our own place says so, whether or not another tick ever comes."""
        while (place := await self._look())["state"] == "waiting":
            await asyncio.sleep(self.chance.uniform(0.7, 1.3) * STILL_WAITING_SECONDS)
        return place

    async def _look(self) -> dict[str, Any]:
        """The own place, and what the page says of the wait."""
        answer = await self.browser.get(f"{self.here}/line/position", json=True)
        if answer.status != 200:
            self.browser.journal.errors[f"the place was gone: {answer.status}"] += 1
            raise Lost()
        place: dict[str, Any] = answer.json
        self.story.number, self.ahead = place["number"], place["ahead"]
        if place["state"] == "waiting" and place["low_minutes"] is not None:
            said = Estimate(time.time(), place["low_minutes"], place["high_minutes"], place["ahead"])
            self.story.first = self.story.first or said
            if self.start_ahead and self.ahead <= self.start_ahead / 2:
                self.story.midway = self.story.midway or said
        return place

    async def _lose_patience(self) -> str:
        """Go home; half of them say so. Those who do not keep a place until it is called."""
        if self.who.leaves_politely and self.story.joined_at:
            try:
                page = await self.browser.get(f"{self.here}/line/departure")
                if re.search(r'action="[^"]+/departure"', page.text):
                    await self.browser.post(f"{self.here}/line/departure", {"csrf_token": page.token})
            except Lost:
                pass
        return diary.LEFT
