"""The limit of a delivery: the same bytes to as many sockets, with nothing around them but a loop.

Runs in processes of its own, one that writes and one that reads, so that it is measured as a web process is. How the
reader reads makes no difference to what a send costs: asleep, polling or never looking. That it is on the same machine
does, see bench/apart.py.
"""

import json
import resource
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

HOST = "127.0.0.1"
ROUNDS, ROUND_SECONDS = 12, 0.5
MICRO = 1e6
RECEIVE_BYTES = 65_536


@dataclass(frozen=True)
class Bare:
    """Microseconds of processor time for one send to one socket."""

    us: float


def measure(sockets: int, size: int, core: int | None = None) -> Bare:
    """Send so many bytes to so many sockets, again and again; on this core, if one is named."""
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    command = [*pinned, sys.executable, "-m", "bench.bare", str(sockets), str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Bare(**json.loads(done.stdout))


def write(sockets: int, size: int) -> float:
    with socket.create_server((HOST, 0), backlog=sockets) as server:
        reader = subprocess.Popen([sys.executable, "-m", "bench.bare", str(sockets), "0", str(server.getsockname()[1])])
        connections = [server.accept()[0] for _ in range(sockets)]
    for connection in connections:
        connection.setblocking(False)
    frame, spent = b"x" * size, 0.0
    for _ in range(ROUNDS):
        time.sleep(ROUND_SECONDS)
        began = time.process_time()
        for connection in connections:
            connection.send(frame)
        spent += time.process_time() - began
    for connection in connections:
        connection.close()
    reader.wait()
    return spent / ROUNDS / sockets * MICRO


def read(sockets: int, port: int) -> None:
    """Take what comes until everybody has hung up."""
    connections = {}
    poll = select.epoll()
    for _ in range(sockets):
        connection = socket.create_connection((HOST, port))
        connections[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
    while connections:
        for number, _event in poll.poll():
            if not connections[number].recv(RECEIVE_BYTES):
                poll.unregister(number)
                connections.pop(number).close()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    count, size, *port = map(int, sys.argv[1:])
    if port:
        read(count, port[0])
    else:
        print(json.dumps({"us": write(count, size)}))
