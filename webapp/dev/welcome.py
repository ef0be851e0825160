"""The last lines of a start: waits until the pages answer, then says where, and who can sign in."""

import http.client
import time

from webapp.dev.processes import CannotStart

READY_SECONDS = 120.0
EVERY_SECONDS = 0.5


class Welcome:
    """Asked again and again while the processes start; speaks once."""

    def __init__(self, port: int, *, demo: bool) -> None:
        self.port, self.demo = port, demo
        self.spoken = False
        self.asked_at = time.monotonic()
        self.deadline = self.asked_at + READY_SECONDS

    def when_ready(self) -> None:
        """Print the welcome once the pages answer. Raises `CannotStart` if they have not in time."""
        now = time.monotonic()
        if self.spoken or now - self.asked_at < EVERY_SECONDS:
            return
        self.asked_at = now
        if self._pages_answer():
            self.spoken = True
            print(self._text(), flush=True)
        elif now > self.deadline:
            raise CannotStart(f"The pages did not answer within {READY_SECONDS:.0f} s; the lines above say why.")

    def _pages_answer(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _text(self) -> str:
        lines = ["", f"Frontrow is open at http://127.0.0.1:{self.port}"]
        if self.demo:
            # The demo knows every feature; nothing else of the start needs them.
            from webapp.dev.seeds import DEMO_PASSWORD, FAN_COUNT, OPERATOR_PASSWORD

            lines += [
                f"  fans      fan1@frontrow.test to fan{FAN_COUNT}@frontrow.test, password {DEMO_PASSWORD}",
                f"  operator  operator@frontrow.test, password {OPERATOR_PASSWORD}",
            ]
        return "\n".join([*lines, "Ctrl-C stops everything.", ""])
