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

NAMES = {"push": ["beyond upkeep", "with upkeep"]}

MILLI = 1e3

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
            picture = bars(title, rows, NAMES.get(name, []), unit).replace(
                ">", f' xmlns="http://www.w3.org/2000/svg">{STYLE}', 1
            )
            (FOLDER / f"{name}.svg").write_text(picture)
            print(f"docs/plots/{name}.svg")


def _plots(lines: list[Line]) -> Iterator[tuple[str, tuple[str, list[Row], str]]]:
    joins = _newest(lines, "join", ("what", "workers"))
    yield "join", ("Requests a second", [(_join(one), [median(one["per_second"])]) for one in joins], "/s")
    calls = _newest(lines, "calling", ("figure", "length"))
    moved = [(f"{one['figure']}, line of {one['length']:,}", [median(one["ms"])]) for one in calls]
    yield "calling", ("A hundred in one transaction", moved, "ms")
    draws = _newest(lines, "draw", ("fans",))
    yield "draw", ("A draw", [row for one in draws for row in _draw(one)], "ms")
    pushes = _newest(lines, "push", ("figure", "name", "size"))
    ticks = [one for one in pushes if one["figure"] == "tick"]
    bare = [(f"a bare send, {one['size']:,} sockets", [one["cpu_us"]]) for one in pushes if one["figure"] == "bare"]
    costs = [(_push(one), [one["cpu_us"] - one.get("upkeep_us", 0.0), one["cpu_us"]]) for one in ticks]
    yield "push", ("A delivered position", [*costs, *bare], "us")
    yield "last", ("Tick to the last page", [(_push(one), [max(one["last_ms"])]) for one in ticks], "ms")
    connects = [one for one in pushes if one["figure"] == "connect"]
    yield "connect", ("Sockets a second until live", [(_push(one), [one["per_second"]]) for one in connects], "/s")
    back = [one for one in pushes if one["figure"] == "reconnect"]
    yield "reconnect", ("All live again after a kill", [(_push(one), [one["seconds"]]) for one in back], "s")


def _newest(lines: list[Line], bench: str, names: tuple[str, ...]) -> list[Line]:
    """Of every figure that differs in these names, the one noted last; in the order they were first noted."""
    found: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        if line["bench"] == bench:
            found[tuple(line.get(name) for name in names)] = line
    return list(found.values())


def _join(line: Line) -> str:
    return f"{line['what']}, {line['workers']} process{'es' if line['workers'] > 1 else ''}"


def _draw(line: Line) -> list[Row]:
    """The draw's transaction and its one statement, beside what its rows alone take."""
    parts = {"transaction": "the draw", "statement": "its one statement", "limit": "the rows alone"}
    return [(f"{words}, {line['fans']:,}", [line[f"{part}_seconds"] * MILLI]) for part, words in parts.items()]


def _push(line: Line) -> str:
    return f"{line['name']}, {line['size']:,} sockets"
