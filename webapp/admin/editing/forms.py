"""What a promoter fills in. Times are those of the clock on the wall where the concert is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from unicodedata import category
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateTimeLocalField, Field, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms import TextAreaField as Area
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from webapp.admin.editing.states import in_zone
from webapp.concerts.plan_files.limits import DEAREST
from webapp.concerts.texts import NEEDED, STORED
from webapp.waiting_room.steering import LONGEST_LOBBY_MINUTES, MOST_CAPACITY, MOST_PER_MINUTE

LOCAL = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
POSTERS = 8
MOST_DIGITS = 40  # spaces and commas too: nothing that is counted here needs a quarter of them


def _trimmed(value: str | None) -> str | None:
    return value.strip().replace("\r\n", "\n") if value else value


def _readable(_form: FlaskForm, field: Field) -> None:
    if any(category(letter) in UNSEEN and letter != "\n" for letter in field.data or ""):
        raise ValidationError(_("There is a character in it that cannot be seen. Type it anew."))


def _text(label: Any, most: int, kind: type[Field] = StringField, *, needed: bool = True) -> Any:
    too_long = Length(max=most, message=_("This is too long: at most %(most)s characters.", most=most))
    first = DataRequired(_("This is needed.")) if needed else Optional()
    return kind(label, [first, too_long, _readable], filters=[_trimmed])


class WholeNumber(IntegerField):
    """A whole number, with its own word for what is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            if any(len(value) > MOST_DIGITS for value in valuelist):
                raise ValueError
            super().process_formdata([value.replace(",", "").strip() for value in valuelist])
        except ValueError:
            raise ValueError(_("Enter a whole number.")) from None


def count(label: Any, low: int, high: int, *, needed: bool = True) -> Any:
    message = _("From %(low)s to %(high)s.", low=f"{low:,}", high=f"{high:,}")
    return WholeNumber(
        label, [InputRequired(_("Enter a whole number.")) if needed else Optional(), NumberRange(low, high, message)]
    )


class Moment(DateTimeLocalField):
    """A time on the wall, with its own word for what is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a day and a time, as in 2027-01-31 19:30.")) from None


def _moment(label: Any) -> Any:
    return Moment(label, [InputRequired(_("Enter a day and a time, as in 2027-01-31 19:30."))], format=LOCAL)


class ConcertForm(FlaskForm):
    """Each text is needed in one language at least; fans whose language has none read the other."""

    title_en = _text(_("Title, in English"), 120, needed=False)
    title_ko = _text(_("Title, in Korean"), 120, needed=False)
    artist_en = _text(_("Artist, in English"), 120, needed=False)
    artist_ko = _text(_("Artist, in Korean"), 120, needed=False)
    venue_en = _text(_("Venue, in English"), 120, needed=False)
    venue_ko = _text(_("Venue, in Korean"), 120, needed=False)
    city_en = _text(_("City, in English"), 80, needed=False)
    city_ko = _text(_("City, in Korean"), 80, needed=False)
    description_en = _text(_("About the evening, in English"), 4000, Area, needed=False)
    description_ko = _text(_("About the evening, in Korean"), 4000, Area, needed=False)
    time_zone = SelectField(_("Time zone"), default="Asia/Seoul")
    sale_opens_at = _moment(_("The sale opens at"))
    lobby_minutes = count(_("Lobby, minutes before the sale"), 0, LONGEST_LOBBY_MINUTES)
    capacity = count(_("Served at once"), 0, MOST_CAPACITY)
    admissions_per_minute = count(_("Admissions per minute"), 1, MOST_PER_MINUTE, needed=False)
    seen = HiddenField()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.time_zone.choices = sorted(zone for zone in available_timezones() if "/" in zone and "Etc" not in zone)

    def values(self) -> dict[str, Any]:
        """What was entered, times as moments. Call it once the form is valid."""
        entered = {
            name: field.data for name, field in self._fields.items() if name not in {"csrf_token", "seen", "slug"}
        }
        entered |= {name: entered[name] or "" for name in STORED}
        return entered | {"sale_opens_at": in_zone(entered["sale_opens_at"], entered["time_zone"])}

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        missing = [name for name in NEEDED if not self[f"{name}_en"].data and not self[f"{name}_ko"].data]
        for name in missing:
            blame(self, f"{name}_en", _("This is needed, in one language at least."))
        return is_valid and not missing

    def validate_sale_opens_at(self, field: Field) -> None:
        check_moment(field, self.time_zone.data)


class NewConcertForm(ConcertForm):
    slug = StringField(
        _("Address of its page"),
        [
            Optional(),
            Length(max=80, message=_("This is too long: at most %(most)s characters.", most=80)),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_("Small Latin letters, digits and hyphens only, as in low-tide.")
            ),
        ],
        filters=[_trimmed],
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"poster": ""}


class EditConcertForm(ConcertForm):
    poster = RadioField(_("Poster"), validate_choice=False, filters=[lambda word: (word or "")[:80]])


class ScheduleForm(FlaskForm):
    starts_at = _moment(_("Begins"))
    doors_at = _moment(_("Doors open"))
    seen = HiddenField()
    zone = "Asia/Seoul"

    def times(self) -> tuple[datetime, datetime]:
        """(start, doors) as moments. Call it once the form is valid."""
        starts_at, doors_at = (in_zone(field.data, self.zone) for field in (self.starts_at, self.doors_at))
        assert starts_at
        assert doors_at
        return starts_at, doors_at

    def validate_starts_at(self, field: Field) -> None:
        check_moment(field, self.zone)

    def validate_doors_at(self, field: Field) -> None:
        check_moment(field, self.zone)
        if self.starts_at.data and field.data and field.data > self.starts_at.data:
            raise ValidationError(_("The doors open before it begins."))


class PlanFileForm(FlaskForm):
    name = _text(_("Name of the plan"), 120, needed=False)
    file = FileField(_("Or take a file"))
    text = Area(_("Write the rows here"))


class PlanNameForm(FlaskForm):
    name = _text(_("Name of the plan"), 120)
    seen = HiddenField()


def check_moment(field: Field, zone: str) -> None:
    """Raises ValidationError for a time that the clock there never shows."""
    if field.data is None:
        return
    if not 2000 <= field.data.year < 2200 or (zone in available_timezones() and in_zone(field.data, zone) is None):
        raise ValidationError(_("The clocks there never show this time."))


def read_prices(typed: Mapping[str, str], grades: list[str]) -> tuple[dict[str, str], dict[str, int], dict[str, Any]]:
    """The fields price-0, price-1 ... in the order of the grades: as typed, as won, and what is wrong, by grade."""
    entered = {grade: typed.get(f"price-{index}", "").strip() for index, grade in enumerate(grades)}
    prices, wrong = {}, {}
    for grade, text in entered.items():
        plain = text.replace(",", "").removeprefix("₩").removesuffix("원").strip()
        if plain.isascii() and plain.isdigit() and len(plain) < 12 and 0 < int(plain) <= DEAREST:
            prices[grade] = int(plain)
        else:
            wrong[grade] = _("A price goes from 1 to %(most)s won.", most=f"{DEAREST:,}")
    return entered, prices, wrong


def blame(form: FlaskForm, field: str | None, sentence: str) -> None:
    """Show a sentence beside its field, or at the head of the form."""
    if field and field in form:
        form[field].errors = [*form[field].errors, sentence]
    else:
        form.form_errors.append(sentence)
