"""The lobby before the sale, and the draw that gives its fans their numbers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, and_, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from webapp.db import Model, unindexed


class LobbyEntry(Model):
    """One fan in one concert's lobby. `public_id` is their lot, and becomes the public id of their session.

    A fan who leaves and comes back has the same lot. After the draw a trigger keeps every entry as it is.
    """

    __tablename__ = "lobby_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("user_id", "concert_id"),
        Index("ix_lobby_entries_present", "concert_id", "public_id", postgresql_where=text("left_at IS NULL")),
    )


def is_inside(user: Any, concert: Any) -> ColumnElement[bool]:
    """The fan's entry to one concert's lobby, unless they have left: found by the fan, however full it is."""
    return and_(LobbyEntry.user_id == user, unindexed(LobbyEntry.concert_id) == concert, LobbyEntry.left_at.is_(None))


class Draw(Model):
    """The draw of one concert's lobby: `commitment` is the SHA-256 of `seed`, fixed when the lobby opens.

    `fans` is how many got a number, 1 to `fans`. A trigger keeps seed, commitment and, once it is there, the result
    from ever changing. The seed is read on purpose or not at all: before `drawn_at` it is nobody's to see.
    """

    __tablename__ = "draws"
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"), primary_key=True)
    seed: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    commitment: Mapped[bytes]
    committed_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]
    fans: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("octet_length(seed) = 32", "seed_is_32_bytes"),
        CheckConstraint("commitment = sha256(seed)", "commitment_is_the_seeds"),
        CheckConstraint("(drawn_at IS NULL) = (fans IS NULL)", "a_draw_has_a_result"),
    )
