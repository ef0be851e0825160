"""`bin/bench NAME`: measures, prints, exits 1 on a wrong answer or a broken promise."""

import argparse
import sys
from pathlib import Path

from bench import callbacks, calling, draw, figures, holds, join, orders, pages, plots, push, seat_map
from bench.figures import Wrong
from webapp.dev.processes import CannotStart

BENCHES = {
    "callbacks": callbacks.run,
    "calling": calling.run,
    "draw": draw.run,
    "holds": holds.run,
    "join": join.run,
    "map": seat_map.run,
    "orders": orders.run,
    "pages": pages.run,
    "plots": plots.run,
    "push": push.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure Frontrow beside its limit.")
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each figure to FILE, as a line of JSON")
    pages.add_options(parser.add_argument_group("pages"))
    push.add_options(parser.add_argument_group("push"))
    seat_map.add_options(parser.add_argument_group("map"))
    orders.add_options(parser.add_argument_group("orders"))
    wish = parser.parse_args()
    figures.keep_in(wish.json)
    try:
        BENCHES[wish.bench](wish)
    except (CannotStart, Wrong) as problem:
        sys.exit(str(problem))


main()
