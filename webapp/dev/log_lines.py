"""What the programs print, relayed line by line under each one's name and colour."""

import os
import selectors
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from honcho.colour import get_colours
from honcho.printer import Message, Printer

OURSELVES = "frontrow"


@dataclass
class Source:
    """One program's output: its name, its colour, where it comes from, and the line not yet finished."""

    name: str
    colour: str
    pipe: IO[bytes]
    unfinished: bytes = b""


class LogLines:
    """The lines on our standard output. `unread` turns true when nobody reads them any more."""

    def __init__(self) -> None:
        self.unread = False
        self._printer = Printer(sys.stdout, width=len(OURSELVES))
        self._colours = get_colours()
        self._colour_of: dict[str, str] = {}
        self._pipes = selectors.DefaultSelector()

    def follow(self, name: str, pipe: IO[bytes]) -> None:
        """Relay from this pipe until its end."""
        self._printer.width = max(self._printer.width, len(name))
        colour = self._colour_of.setdefault(name, next(self._colours))
        self._pipes.register(pipe, selectors.EVENT_READ, Source(name, colour, pipe))

    def relay(self, seconds: float) -> None:
        """Print what has come; wait up to `seconds` if nothing has."""
        for key, _ in self._pipes.select(seconds):
            source: Source = key.data
            chunk = os.read(key.fd, 65536)
            *lines, source.unfinished = (source.unfinished + chunk).split(b"\n")
            if not chunk:
                lines = [source.unfinished] if source.unfinished else []
                self._pipes.unregister(source.pipe)
                source.pipe.close()
            for line in lines:
                self._print(source.name, line, source.colour)

    def say(self, sentence: str) -> None:
        """Print a line of our own."""
        self._print(OURSELVES, sentence, None)

    def _print(self, name: str, text: bytes | str, colour: str | None) -> None:
        try:
            self._printer.write(Message("line", text, datetime.now().astimezone(), name, colour))
        except BrokenPipeError:
            # `bin/run | head`: from here on the lines go nowhere, and the supervisor stops in order.
            self.unread = True
            self._printer.output = open(os.devnull, "w")  # noqa: SIM115
