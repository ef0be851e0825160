"""What a concert says of itself, in English and Korean. Whoever asks for a title reads it in their own language."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.languages import either

NEEDED = ("title", "artist", "venue", "city")
TEXTS = (*NEEDED, "description")
# As they are stored, each with its Korean behind it.
STORED = tuple(f"{name}_{language}" for name in TEXTS for language in ("en", "ko"))


def in_a_language(name: str) -> CheckConstraint:
    """Every text but the description is there in one language at least."""
    return CheckConstraint(f"{name} <> '' OR {name}_ko <> ''", f"{name}_in_a_language")


class Texts:
    """The texts of a concert: `title` is in the reader's language, or in the other one where theirs is empty.

    They are read one by one when they are said, so a concert that is remembered for everybody speaks to each in theirs.
    """

    title_en: Mapped[str] = mapped_column("title", String(120), default="")
    title_ko: Mapped[str] = mapped_column(String(120), default="", server_default="")
    artist_en: Mapped[str] = mapped_column("artist", String(120), default="")
    artist_ko: Mapped[str] = mapped_column(String(120), default="", server_default="")
    venue_en: Mapped[str] = mapped_column("venue", String(120), default="")
    venue_ko: Mapped[str] = mapped_column(String(120), default="", server_default="")
    city_en: Mapped[str] = mapped_column("city", String(80), default="")
    city_ko: Mapped[str] = mapped_column(String(80), default="", server_default="")
    description_en: Mapped[str] = mapped_column("description", Text, default="")
    description_ko: Mapped[str] = mapped_column(Text, default="", server_default="")

    @property
    def title(self) -> str:
        return either(self.title_en, self.title_ko)

    @property
    def artist(self) -> str:
        return either(self.artist_en, self.artist_ko)

    @property
    def venue(self) -> str:
        return either(self.venue_en, self.venue_ko)

    @property
    def city(self) -> str:
        return either(self.city_en, self.city_ko)

    @property
    def description(self) -> str:
        return either(self.description_en, self.description_ko)
