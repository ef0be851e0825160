"""The fans' own half of a delivery, done by another core: what the web process spends if its fans are elsewhere.

TCP on one machine receives a message within the very `send` that sends it, and bills the sender for both; over a
network the fan's machine does the receiving. Linux can give what has arrived to another core (receive packet steering).
So as to change nothing of the machine's, this goes into a network of the bench's own, which ends with it. The other
core then also takes the fans' acknowledgements, which on a network are the web server's to take, though no `send` does.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.figures import Wrong

INSIDE = "BENCH_HAS_A_NETWORK_OF_ITS_OWN"
STEERING = Path("/sys/class/net/lo/queues/rx-0/rps_cpus")
SENDS, RECEIVES = 0, 1  # cores
LOOPBACK_UP = ["ip", "link", "set", "lo", "up"]
OWN_SYSFS = ["mount", "-t", "sysfs", "sysfs", "/sys"]  # the one there was shows the machine's network


def enter() -> None:
    """Run this command again, in a network of its own, with all it starts. Raises Wrong where that is not possible."""
    if sys.platform != "linux" or os.geteuid() != 0 or (os.cpu_count() or 1) <= RECEIVES:
        raise Wrong("--apart wants root on Linux, and a core for the receiving")
    if INSIDE not in os.environ:
        own = ["unshare", "--net", "--mount", sys.executable, "-m", "bench", *sys.argv[1:]]
        os.execvpe(own[0], own, {**os.environ, INSIDE: "yes"})
    for command in (LOOPBACK_UP, OWN_SYSFS):
        subprocess.run(command, check=True)


@contextmanager
def steered(senders: Iterable[psutil.Process] = ()) -> Iterator[None]:
    """Meanwhile these send on one core, and whatever arrives is received on another."""
    for one in senders:
        one.cpu_affinity([SENDS])
    STEERING.write_text(f"{1 << RECEIVES:x}")
    try:
        yield
    finally:
        STEERING.write_text("0")
