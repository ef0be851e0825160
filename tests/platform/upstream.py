"""A stand-in for the web processes behind nginx: remembers what reaches it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from webapp.sheets import FOR_EVER
from webapp.waiting_room.routes import STATUS_KEPT


class Upstream(ThreadingHTTPServer):
    """Answers every request, and keeps each one's path and headers in `seen`."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []

    def requests_for(self, path: str) -> list[dict[str, str]]:
        return [headers for seen, headers in self.seen if seen == path]


class Handler(BaseHTTPRequestHandler):
    """Says how many requests there were; a status that anybody may cache for a second, sheets and
    posters for ever; a socket that says hello."""

    protocol_version = "HTTP/1.1"
    server: Upstream

    def do_GET(self) -> None:
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.path.startswith("/socket.io/"):
            self._open_socket()
            return
        self.send_response(200)
        body = str(len(self.server.seen)).encode()
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=of-somebody")
        self.send_header("Vary", "Cookie")
        self.send_header("Cache-Control", self._kept())
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def _kept(self) -> str:
        if self.path.startswith(("/sheets/", "/posters/")):
            return FOR_EVER if "v=" in self.path else "no-cache"
        return STATUS_KEPT if "status" in self.path else "no-store"

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests ask `seen`."""

    def _open_socket(self) -> None:
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        self.wfile.write(b"hello")
        self.close_connection = True


@contextmanager
def upstream() -> Iterator[Upstream]:
    """A running stand-in on a free port."""
    server = Upstream()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
