"""What Python loads first in every process of a kill: it stops at named points, and its clock can be moved.

The processes are started by the Procfile's own commands; this file stands on their PYTHONPATH and wraps functions
as their modules are imported, so that what is killed is the program as it ships. See tests/kills/points.py.
"""

import functools
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
import time

FOLDER = os.environ["KILLS_FOLDER"]
POINTS = json.loads(os.environ["KILLS_POINTS"])  # name: [module, function or Class.method, "before" or "after"]
CLOCK = "webapp.clock"


def stop_at(point):
    """Wait here until released, or killed, if somebody waits for us; whoever gets the file stops, and only once."""
    try:
        os.rename(f"{FOLDER}/armed/{point}", f"{FOLDER}/taken/{point}")
    except FileNotFoundError:
        return
    with open(f"{FOLDER}/taken/{point}", "w") as who:
        who.write(str(os.getpid()))
    # A job's time does not run while it stands here, however slowly the others come to their points.
    left = signal.alarm(0)
    os.rename(f"{FOLDER}/taken/{point}", f"{FOLDER}/reached/{point}")
    while not os.path.exists(f"{FOLDER}/released/{point}"):
        time.sleep(0.005)
    signal.alarm(left)
    open(f"{FOLDER}/passed/{point}", "w").close()


def stopping(function, points):
    @functools.wraps(function)
    def stops(*arguments, **named):
        for point, when in points:
            if when == "before":
                stop_at(point)
        answer = function(*arguments, **named)
        for point, when in points:
            if when == "after":
                stop_at(point)
        return answer

    return stops


def moved(now):
    """The clock, ahead by as many seconds as stand in the file."""
    from datetime import timedelta

    def later():
        with open(f"{FOLDER}/ahead") as ahead:
            return now() + timedelta(seconds=float(ahead.read()))

    return later


def wrap(module):
    """Put the points of a module in place."""
    if module.__name__ == CLOCK:
        module.now = moved(module.now)
    found = {}
    for point, (where, path, when) in POINTS.items():
        if where == module.__name__:
            found.setdefault(path, []).append((point, when))
    for path, points in found.items():
        *owners, name = path.split(".")
        owner = functools.reduce(getattr, owners, module)
        setattr(owner, name, stopping(getattr(owner, name), points))


class Watching(importlib.abc.MetaPathFinder):
    """Finds modules as Python does, and wraps those with points once they are loaded."""

    watched = frozenset([CLOCK, *(where for where, _, _ in POINTS.values())])

    def find_spec(self, name, path=None, target=None):
        if name not in self.watched:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def load_and_wrap(module):
            load(module)
            wrap(module)

        spec.loader.exec_module = load_and_wrap
        return spec


sys.meta_path.insert(0, Watching())
