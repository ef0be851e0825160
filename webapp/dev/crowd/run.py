"""The evening itself: every fan a task, in one process, until the last has gone home."""

import asyncio
import resource
import time
from contextlib import suppress
from urllib.parse import urljoin

import aiohttp

from webapp.dev.crowd import diary, progress
from webapp.dev.crowd.accounts import Account
from webapp.dev.crowd.browser import Browser
from webapp.dev.crowd.character import Character
from webapp.dev.crowd.diary import Diary, Journal
from webapp.dev.crowd.options import BadOption, Options
from webapp.dev.crowd.visit import Visit

ANSWER_SECONDS = 60
CHECK_SECONDS = 5


def require_server(options: Options) -> None:
    """Raises BadOption where no server of Frontrow answers: to be asked before anything is made."""
    asyncio.run(_find_server(options))


def spend(options: Options, concert_id: int, characters: list[Character], accounts: list[Account]) -> Journal:
    """Let the crowd come, and write down what happens. Raises BadOption where the server has another database."""
    _allow_many_files()
    return asyncio.run(_evening(options, concert_id, characters, accounts))


async def _evening(options: Options, concert_id: int, characters: list[Character], accounts: list[Account]) -> Journal:
    journal = Journal([Diary(account.user_id) for account in accounts])
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=10)
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as http:
        await _introduce(http, options, accounts)
        visits = [
            Visit(who, account, Browser(http, options.url, options.concert, account.cookie, journal), concert_id, story)
            for who, account, story in zip(characters, accounts, journal.diaries, strict=True)
        ]
        showing = asyncio.create_task(progress.show(journal, time.monotonic()))
        await _let_them(visits, options)
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing
    return journal


async def _let_them(visits: list[Visit], options: Options) -> None:
    tasks = [asyncio.create_task(visit.spend(options.think_seconds)) for visit in visits]
    _, still_there = await asyncio.wait(tasks, timeout=options.longest_minutes * 60)
    for task in still_there:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        # A mistake of the crowd's own is no experience of a fan's.
        if isinstance(outcome, Exception):
            raise outcome
    for visit in visits:
        visit.story.ended = visit.story.ended or diary.OVER


async def _find_server(options: Options) -> None:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(CHECK_SECONDS)) as http,
            http.get(urljoin(options.url, "/healthz")) as answer,
        ):
            is_there = answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        is_there = False
    if not is_there:
        raise BadOption(f"No server of Frontrow answers at {options.url}. Start it first, with bin/run.")


async def _introduce(http: aiohttp.ClientSession, options: Options, accounts: list[Account]) -> None:
    """Whether the server knows these fans."""
    signed_in = next((account.cookie for account in accounts if account.cookie), None)
    if signed_in is None:
        return
    headers = {"Cookie": f"frontrow={signed_in}"}
    async with http.get(urljoin(options.url, "/wallet"), headers=headers, allow_redirects=False) as answer:
        if answer.status != 200:
            raise BadOption(
                f"The server at {options.url} does not know the crowd's sign-ins: it has another database or another"
                " SECRET_KEY than this command."
            )


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
