"""The post: one connection to the mail server, and what its answers mean. Python's own smtplib and email.

A server that has taken a mail and whose answer is lost gets it again, with the same Message-ID: programs that
look at it show it once. There is no way in SMTP to do better.
"""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from types import TracebackType

from webapp.checkout.mail_models import Mail
from webapp.config import MailServer

ANSWER_SECONDS = 5  # for each step: a worker has more to do than to wait for mail


class ServerAway(Exception):
    """The server cannot be reached or used at all: no mail goes out now."""


class NotTaken(Exception):
    """The server did not take this mail; another try may do better."""


class Refused(Exception):
    """The server will never take this mail."""


class Post:
    """An open connection; use it in a `with`. Raises ServerAway when there is none to be had."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def __enter__(self) -> "Post":
        try:
            self._smtp = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(f"{type(error).__name__}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()

    def send(self, mail: Mail) -> None:
        """Hand a written mail over. Raises Refused, NotTaken or ServerAway."""
        try:
            self._smtp.send_message(_message(mail, self._server.sender))
        except smtplib.SMTPRecipientsRefused as error:
            _judge(*next(iter(error.recipients.values())), error)
        except (ValueError, smtplib.SMTPNotSupportedError) as error:
            # An address that no header holds, or letters in it that this server does not know.
            raise Refused(f"{type(error).__name__}: {error}") from error
        except smtplib.SMTPResponseException as error:
            _judge(error.smtp_code, error.smtp_error, error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise ServerAway(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.is_wrapped:
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=ANSWER_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=ANSWER_SECONDS)
            smtp.ehlo()
            if smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
            elif server.user and not server.is_here:
                raise smtplib.SMTPNotSupportedError("the server offers no TLS, and the password is not sent without")
        if server.user:
            smtp.login(server.user, server.password)
        return smtp


def _judge(code: int, answer: bytes | str, error: Exception) -> None:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    # 421: the server is closing; what begins with 5 is its last word on this mail.
    if code == 421:
        raise ServerAway(f"{code} {words}") from error
    raise (Refused if 500 <= code < 600 else NotTaken)(f"{code} {words}") from error


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.public_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.plain or "")
    message.add_alternative(mail.html or "", subtype="html")
    return message
