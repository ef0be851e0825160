"""`bin/bench holds`, `pages`, `callbacks`: measures, prints, exits 1 on a wrong answer or a broken promise."""

import argparse
import sys
from pathlib import Path

from bench import callbacks, figures, holds, pages
from bench.figures import Wrong
from webapp.dev.processes import CannotStart

BENCHES = {"holds": holds.run, "pages": pages.run, "callbacks": callbacks.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure Frontrow beside its limit.")
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the figures to FILE, a JSON object a line")
    arguments = parser.parse_args()
    try:
        kept = BENCHES[arguments.bench]()
        if arguments.json and kept:
            figures.append(arguments.json, arguments.bench, kept)
    except (CannotStart, Wrong) as problem:
        sys.exit(str(problem))


main()
