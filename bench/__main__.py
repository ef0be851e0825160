"""`bin/bench holds`, `pages`, `draw`: measures, prints, exits 1 on a wrong answer or a broken promise."""

import argparse
import sys
from pathlib import Path

from bench import draw, holds, pages
from bench.figures import Wrong
from webapp.dev.processes import CannotStart

BENCHES = {"holds": holds.run, "pages": pages.run}
RECORDING = {"draw": draw.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure Frontrow beside its limit.")
    parser.add_argument("bench", choices=[*BENCHES, *RECORDING])
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="append the figures to FILE, a JSON line a run (draw)"
    )
    wish = parser.parse_args()
    if wish.json and wish.bench not in RECORDING:
        parser.error(f"--json is for {', '.join(RECORDING)}; {wish.bench} only prints")
    try:
        if wish.bench in RECORDING:
            RECORDING[wish.bench](wish.json)
        else:
            BENCHES[wish.bench]()
    except (CannotStart, Wrong) as problem:
        sys.exit(str(problem))


main()
