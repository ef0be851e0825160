"""A day's records of a provider compared with ours, and put right. Entry-point code: calls between transactions."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.checkout import comparing
from webapp.checkout.comparing import Difference
from webapp.checkout.providers import provider
from webapp.db import db, transaction

ZONE = ZoneInfo("Asia/Seoul")  # the operators' day

Note = Callable[[Difference, str], None]


def compare(key: str, day: date) -> list[Difference]:
    """Where the provider's records of a day (Korea's) and ours tell apart; ours that it does not list are looked up.

    Raises NotFound for a provider that is not configured, ProviderUnavailable.
    """
    since = datetime.combine(day, time.min, ZONE)
    until = since + timedelta(days=1)
    company = provider(key)
    records = list(company.records(since, until))
    found = comparing.differences(key, records)
    missing = comparing.unmentioned(key, records, since, until)
    db.session.rollback()
    answers = [(payment, company.look_up(payment.public_id, payment.provider_key)) for payment in missing]
    return found + [one for answer in answers if (one := comparing.judge(*answer))]


def repair(found: Sequence[Difference], now: datetime, note: Note | None = None) -> list[tuple[Difference, str]]:
    """Put each difference right in a transaction of its own, `note` being called inside it; the outcomes."""
    done = []
    for difference in found:
        with transaction():
            outcome = comparing.repair(difference, now)
            if note:
                note(difference, outcome)
        done.append((difference, outcome))
    return done


def today(now: datetime) -> date:
    """The operators' day."""
    return now.astimezone(ZONE).date()
