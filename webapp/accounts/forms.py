"""The forms for signing up and in."""

from unicodedata import category

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length, ValidationError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128


def _at_most(most: int) -> Length:
    return Length(max=most, message=_("This is too long: at most %(most)s characters.", most=most))


def _trimmed(value: str | None) -> str | None:
    return value.strip() if value else value


def _printable(_form: FlaskForm, field: StringField) -> None:
    """A name is printed on tickets: nothing invisible, nothing that turns the line around."""
    text = field.data or ""
    if any(category(letter) in {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"} for letter in text) or not text.strip():
        raise ValidationError(_("Use letters that can be read on a ticket."))


class SignInForm(FlaskForm):
    email = EmailField(_("Email"), [DataRequired(_("Enter your email address."))], filters=[_trimmed])
    password = PasswordField(_("Password"), [DataRequired(_("Enter your password.")), _at_most(LONGEST_PASSWORD)])
    next = HiddenField()


class SignUpForm(FlaskForm):
    name = StringField(
        _("Name"),
        [DataRequired(_("Enter the name for your tickets.")), _at_most(80), _printable],
        filters=[_trimmed],
    )
    email = EmailField(
        _("Email"),
        [
            DataRequired(_("Enter your email address.")),
            Email(_("This is not an email address.")),
            _at_most(254),
        ],
        filters=[_trimmed],
    )
    password = PasswordField(
        _("Password"),
        [
            DataRequired(_("Choose a password.")),
            Length(
                SHORTEST_PASSWORD,
                LONGEST_PASSWORD,
                _(
                    "A password has %(low)s to %(high)s characters.",
                    low=SHORTEST_PASSWORD,
                    high=LONGEST_PASSWORD,
                ),
            ),
        ],
    )
    next = HiddenField()
