"""What a process that serves need not look through for garbage, again and again, while somebody waits."""

import gc


def keep() -> None:
    """For a process that has been built: everything it has by now stays. Looking through all of it takes 0.1 s."""
    gc.collect()
    gc.freeze()
