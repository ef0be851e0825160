"""`bin/bench plots --json FILE`: draws the figures that other benches kept in FILE, for docs/load-report.md."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Wrong
from webapp.dev.crowd.plots import bars

FOLDER = Path(__file__).parent.parent / "docs" / "plots"
# Alone in a file, a plot brings its own colours; they read on light and on dark paper.
STYLE = """<style>text{font:12px system-ui,sans-serif;fill:#8a7f74}.grid{stroke:#8a7f7433}
.tone-0{fill:#d98a1f}.tone-1{fill:#7d8fb3}.tone-2{fill:#c9bfb2}.tone-3{fill:#5d7a5b}</style>"""

Line = dict[str, Any]
Row = tuple[str, list[float]]


def run(options: argparse.Namespace) -> None:
    """Write one SVG for each bench that has figures in the file, of its newest run. Raises Wrong without a file."""
    if options.json is None or not options.json.exists():
        raise Wrong("Name a file with figures: bin/bench plots --json FILE")
    lines = [json.loads(line) for line in options.json.read_text().splitlines() if line.strip()]
    FOLDER.mkdir(exist_ok=True)
    for name, (title, rows, unit) in _plots(lines):
        if rows:
            picture = bars(title, rows, [], unit).replace(">", f' xmlns="http://www.w3.org/2000/svg">{STYLE}', 1)
            (FOLDER / f"{name}.svg").write_text(picture)
            print(f"docs/plots/{name}.svg")


def _plots(lines: list[Line]) -> Iterator[tuple[str, tuple[str, list[Row], str]]]:
    joins = _newest(lines, "join", ("what", "workers"))
    yield "join", ("Requests a second", [(_join(one), [median(one["per_second"])]) for one in joins], "/s")
    calls = _newest(lines, "calling", ("length",))
    yield "calling", ("Calling 100", [(f"line of {one['length']:,}", [median(one["ms"])]) for one in calls], "ms")
    ticks = [one for one in _newest(lines, "push", ("figure", "name", "size")) if one["figure"] == "tick"]
    yield "push", ("A delivered position", [(_push(one), [one["cpu_us"]]) for one in ticks], "us")
    yield "last", ("Tick to the last page", [(_push(one), [max(one["last_ms"])]) for one in ticks], "ms")


def _newest(lines: list[Line], bench: str, names: tuple[str, ...]) -> list[Line]:
    """Of every figure that differs in these names, the one noted last; in the order they were first noted."""
    found: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        if line["bench"] == bench:
            found[tuple(line.get(name) for name in names)] = line
    return list(found.values())


def _join(line: Line) -> str:
    return f"{line['what']}, {line['workers']} process{'es' if line['workers'] > 1 else ''}"


def _push(line: Line) -> str:
    return f"{line['name']}, {line['size']:,} sockets"
