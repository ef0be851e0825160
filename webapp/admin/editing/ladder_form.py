"""The ladder of fees as a form: four numbers, and steps of days and percent."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField

from webapp.admin.editing.forms import count
from webapp.checkout import fees

MOST_STEPS = 6

Step = tuple[str, str] | list[Any]


class LadderForm(FlaskForm):
    free_days = count(_("Free for so many days after booking"), 0, 365)
    free_ends_days_before = count(_("but only until so many days before the performance"), 0, 365)
    flat_fee = count(_("After that a flat fee a ticket, in won"), 0, 1_000_000)
    flat_fee_most_percent = count(_("at most so many percent of its price"), 0, 100)
    seen = HiddenField()


def form_of(terms: Mapping[str, Any]) -> LadderForm:
    """The form with what is saved, or what was sent."""
    return LadderForm(data={name: terms[name] for name in terms if name != "steps"})


def typed_steps(sent: Mapping[str, str]) -> list[tuple[str, str]]:
    """The steps as they were typed, without the lines left empty."""
    lines = [(sent.get(f"days-{at}", "").strip(), sent.get(f"percent-{at}", "").strip()) for at in range(MOST_STEPS)]
    return [line for line in lines if any(line)]


def terms_of(form: LadderForm, steps: list[tuple[str, str]]) -> tuple[dict[str, Any] | None, str]:
    """The ladder that a valid form says, or None and what is wrong with its steps."""
    if not all(_is_number(days, 365) and _is_number(percent, 100) for days, percent in steps):
        return None, gettext("Each step is a number of days and a percentage from 0 to 100.")
    document = {name: form[name].data for name in form._fields if name not in {"seen", "csrf_token"}}
    document["steps"] = [[int(days), int(percent)] for days, percent in steps]
    try:
        fees.read_terms(document)
    except ValueError:
        return None, gettext("The days go down from step to step, and begin below the days of the flat fee.")
    return document, ""


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= most
