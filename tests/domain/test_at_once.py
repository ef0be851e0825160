"""What at_once() is for: one statement that commits by itself, and nothing that would be lost without a word."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
from sqlalchemy import select, update

from tests.builders import NOW, fan
from webapp.accounts.models import User
from webapp.db import after_commit, at_once, db, fetch, release, transaction

NAMING = update(User).values(name="Renamed", updated_at=NOW).returning(User.id)


@pytest.mark.usefixtures("house")
def test_the_one_statement_is_committed_and_then_what_follows_happens() -> None:
    user, done = fan("holder"), []
    with at_once():
        after_commit(done.append, "said")
        assert [row.id for row in fetch(NAMING)] == [user]
        assert done == []
    assert done == ["said"]
    assert db.session.scalar(select(User.name)) == "Renamed"


@pytest.mark.usefixtures("house")
def test_what_the_session_had_read_before_is_read_afresh_after_it() -> None:
    user = fan("holder")
    with transaction():
        holder = db.session.get_one(User, user)
    with at_once():
        fetch(NAMING)
    assert holder.name == "Renamed"


@pytest.mark.usefixtures("house")
def test_what_would_be_rolled_back_later_without_a_word_is_refused() -> None:
    fan("holder")
    with pytest.raises(RuntimeError, match="fetch"), at_once():
        db.session.execute(NAMING)
    assert db.session.scalar(select(User.name)) == "Holder"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("way", [transaction, at_once, lambda: nullcontext(release())])
def test_what_would_undo_a_transaction_from_within_it_is_refused(
    way: Callable[[], AbstractContextManager[None]],
) -> None:
    fan("holder")
    done: list[str] = []
    with transaction():
        after_commit(done.append, "said")
        fetch(NAMING)
        with pytest.raises(RuntimeError, match="within"), way():
            pass
    assert db.session.scalar(select(User.name)) == "Renamed"
    assert done == ["said"]
