"""When a process looks for garbage: not while it is built, when nothing is, and never through what it was built of."""

import gc


def wait() -> None:
    """Look for none until `keep`: while a process is built, that is a seventh of its time."""
    gc.disable()


def keep() -> None:
    """What is there by now stays; looking through all of it takes a tenth of a second. From now on, look as usual."""
    gc.freeze()
    gc.enable()
