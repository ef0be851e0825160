"""`bin/bench NAME`: measures, prints, exits 1 on a wrong answer or a broken promise."""

import argparse
import sys

from bench import calling, holds, join, pages, push
from bench.figures import Wrong
from webapp.dev.processes import CannotStart

BENCHES = {"holds": holds.run, "pages": pages.run, "join": join.run, "calling": calling.run, "push": push.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure Frontrow beside its limit.")
    parser.add_argument("bench", choices=BENCHES)
    try:
        BENCHES[parser.parse_args(sys.argv[1:2]).bench]()
    except (CannotStart, Wrong) as problem:
        sys.exit(str(problem))


main()
