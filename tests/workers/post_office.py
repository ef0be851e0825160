"""A real mail server in a process of its own: `python -m tests.workers.post_office PORT FOLDER`.

What it takes lands in FOLDER, a file a mail. FOLDER/mood says how it behaves: take, refuse, busy, drop (ends the
connection before it has taken the mail), lose (takes it and ends the connection before saying so), hang.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Counter:
    """The clerk behind the window."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def mood(self) -> str:
        return (self.folder / "mood").read_text()

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.mood == "refuse":
            return "550 nobody of that name"
        if self.mood == "busy":
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.mood == "hang":
            (self.folder / "hanging").touch()
            await asyncio.sleep(60)
        if self.mood in {"take", "lose"}:
            count = len(list(self.folder.glob("*.eml")))
            (self.folder / f"{count}.eml").write_bytes(bytes(envelope.content or b""))
        if self.mood in {"drop", "lose"}:
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"


async def serve(port: int, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(Counter(folder), hostname="post.test"), "127.0.0.1", port)
    (folder / "open").touch()
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
