"""Outcomes that only programs meet. Their codes are stable; the sentences are for people, in their language."""

from flask_babel import lazy_gettext as _

from webapp.errors import BookingError


class Unauthorized(BookingError):
    code, status, sentence = "unauthorized", 401, _("A valid access token is needed. Sign in again.")


class SessionEnded(Unauthorized):
    code, sentence = "session-ended", _("The place in line that this token is bound to has ended.")


class BadSignIn(Unauthorized):
    code, sentence = "bad-sign-in", _("The address or the password is not right.")


class BadRefresh(Unauthorized):
    code, sentence = "bad-refresh-token", _("This refresh token is unknown, used or too old. Sign in again.")


class NotJson(BookingError):
    code, status, sentence = "not-json", 400, _("The body is not JSON that we can read.")


class WrongContentType(BookingError):
    code, status, sentence = "unsupported-media-type", 415, _("The body must be sent as application/json.")


class Invalid(BookingError):
    """Facts: `errors`, one for each thing that is wrong: where it stands, a stable code, and a sentence."""

    code, status, sentence = "invalid", 422, _("Something in the request is not as it should be. Each field is named.")


class EmailTaken(BookingError):
    code, status, sentence = "email-taken", 409, _("This address has an account already.")


class UserNotFound(BookingError):
    code, status, sentence = "user-not-found", 404, _("There is no user with this address and password.")


class NoSuchUser(BookingError):
    code, status, sentence = "no-such-user", 404, _("There is no such user, or it is not you.")


class NoSuchConcert(BookingError):
    code, status, sentence = "no-such-concert", 404, _("There is no such concert, or none is on sale.")


class WhichConcert(BookingError):
    """Facts: `concertIds`, what is on sale."""

    code, status, sentence = "which-concert", 409, _("Several concerts are on sale. Name one with concertId.")


class WhichLine(WhichConcert):
    """Facts: `concertIds`, in whose lines the fan stands."""

    sentence = _("You stand in several lines. Name one with concertId.")


class NotInLine(BookingError):
    code, status, sentence = "not-in-line", 404, _("You have no place in a line.")


class NoSuchDate(BookingError):
    code, status, sentence = "no-such-date", 404, _("There is no performance on this date.")


class WhichSchedule(BookingError):
    """Facts: `scheduleIds`, the performances of that date."""

    code, status = "which-schedule", 409
    sentence = _("There are several performances on this date. Name one with scheduleId and seatIds.")


class NoSuchSeat(BookingError):
    code, status, sentence = "no-such-seat", 404, _("There is no such seat.")


class NoReservation(BookingError):
    code, status, sentence = "no-reservation", 404, _("You have no such reservation, or its time is over.")


class PaymentFailed(BookingError):
    code, status, sentence = "payment-failed", 409, _("The payment came to nothing. You were not charged.")


class KeyMismatch(BookingError):
    code, status = "idempotency-mismatch", 422
    sentence = _("This idempotency key stands for another request. Use a new key for each thing you do.")


class InFlight(BookingError):
    code, status, sentence = "in-flight", 409, _("A request with this idempotency key is still being worked on.")
