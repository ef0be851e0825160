"""The named points of a payment at which a process can be stopped, and the harness's side of stopping there.

A point lies before or after a function of the program; child/sitecustomize.py wraps it in the process. An armed
point stops the first who comes by, once: it is then reached, and waits until it is released or its process killed.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.running import wait_until

SANDBOX = "webapp.checkout.providers.sandbox"
GATEWAY = "webapp.dev.gateway"

FOLDERS = ("armed", "taken", "reached", "released", "passed")

Point = tuple[str, str, str, str]

# name: who stops, module, function, before or after it. In the order in which they are taken: those who wait for
# nobody first; of the workers last the one that holds the line's counter, which all settling needs; those whose caller
# waits five seconds later; and last those who stand in the gateway's book, since nobody else can write in it then.
WITH_POINTS = "the seats are bought with points and the next fan not called"
PAYING = {
    WITH_POINTS: ("web", "webapp.checkout.winning", "_sell", "after"),
    "the seats are sold and the next fan not called": ("worker", "webapp.checkout.winning", "_sell", "after"),
    "all is settled and the job not finished": ("worker", "webapp.jobs", "begin_to_look", "before"),
    "all is settled and not committed": ("worker", "webapp.checkout.settling", "settle", "after"),
    "the attempt is written and not committed": ("web", "webapp.checkout.payments", "start", "after"),
    "the attempt is committed and the provider not asked": ("web", SANDBOX, "Sandbox.start", "before"),
    "the provider has answered and its key is not noted": ("web", SANDBOX, "Sandbox.start", "after"),
    "the key is noted and the fan not sent on": ("web", "webapp.checkout.sending", "send", "after"),
    "the callback is stored and nothing after it": ("web", "webapp.checkout.inbox", "store", "after"),
    "the callback is committed and nobody woken": ("web", "webapp.jobs", "wake_later", "before"),
    "the job is enqueued and the callback not answered": ("web", "webapp.jobs", "wake_later", "after"),
    "the gateway has its answer and not noted it": ("gateway", f"{GATEWAY}.sender", "send", "after"),
    "the fan has paid and the gateway told nobody": ("gateway", f"{GATEWAY}.delivery", "Delivery.send", "before"),
    "the gateway has opened a payment and not answered": ("gateway", f"{GATEWAY}.api", "_answer", "before"),
    "the gateway has opened a payment and written nothing": ("gateway", f"{GATEWAY}.payments", "open_new", "after"),
}
APPROVING = {
    "the job is taken and has not looked": ("worker", "workers.payments", "_settle_until", "before"),
    "the fan has paid and the gateway written nothing": ("gateway", f"{GATEWAY}.decisions", "decide", "after"),
}
GIVING_BACK = {
    "the money is not asked for yet": ("worker", SANDBOX, "Sandbox.cancel", "before"),
    "the money is back and we have not noted it": ("worker", SANDBOX, "Sandbox.cancel", "after"),
    "the gateway has sent the money back and written nothing": ("gateway", f"{GATEWAY}.decisions", "cancel", "after"),
}
REFUNDING = {
    "the order is cancelled and not committed": ("web", "webapp.checkout.refunding", "cancel", "after"),
    "the refund is not asked for yet": ("worker", SANDBOX, "Sandbox.refund", "before"),
    "the refund is made and we have not noted it": ("worker", SANDBOX, "Sandbox.refund", "after"),
    "the refund is noted and not committed": ("worker", "webapp.checkout.returning", "returned", "after"),
}
JOBS = {
    "sessions are ended": ("worker", "webapp.waiting_room.calling", "end_overdue", "after"),
    "seats are freed": ("worker", "webapp.booking.claims", "give_back", "after"),
    "a late answer is settled": ("worker", "webapp.checkout.reconciling", "heard", "after"),
    "an order of a cancelled show is ended": ("worker", "webapp.checkout.closing", "end_order", "after"),
    "a stored callback is settled": ("worker", "webapp.checkout.settling", "settle_paid", "after"),
}
POINTS = {**PAYING, **APPROVING, **GIVING_BACK, **REFUNDING, **JOBS}


class Points:
    """The points of processes that were started with `environment`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FOLDERS:
            (folder / name).mkdir(parents=True)
        self.move_clock(0)

    @property
    def environment(self) -> dict[str, str]:
        """What a process is told so that it stops at points."""
        places = {name: point[1:] for name, point in POINTS.items()}
        child = Path(__file__).with_name("child")
        return {"PYTHONPATH": str(child), "KILLS_FOLDER": str(self.folder), "KILLS_POINTS": json.dumps(places)}

    def arm(self, point: str) -> None:
        """Stop the next process that comes to this point."""
        (self.folder / "armed" / point).touch()

    def wait(self, point: str, is_possible: Callable[[], bool] = lambda: True) -> int:
        """The id of the process that stands there, once one does; fails at once when it is not possible any more."""
        reached = self.folder / "reached" / point
        wait_until(lambda: reached.exists() or not is_possible(), 60, f"a process stands where {point}")
        return int(reached.read_text())

    def release(self, points: Iterable[str]) -> None:
        """Let the processes that stand there go on, and come back when all do."""
        names = list(points)
        for name in names:
            (self.folder / "released" / name).touch()
        for name in names:
            wait_until((self.folder / "passed" / name).exists, 30, f"the process went on from where {name}")

    def clear(self) -> None:
        """Forget every point: nobody stops any more."""
        for name in FOLDERS:
            for file in (self.folder / name).iterdir():
                file.unlink()

    def move_clock(self, seconds: float) -> None:
        """Every process's clock is so many seconds ahead."""
        new = self.folder / "ahead.new"
        new.write_text(str(seconds))
        new.rename(self.folder / "ahead")
