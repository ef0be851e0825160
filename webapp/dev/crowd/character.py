"""Who the fans are: when each comes, how long each waits, what each is going to do. All by chance, from one seed."""

import random
from dataclasses import dataclass

from webapp.dev.crowd.options import Options

RUSH = 4.0  # the crowd thins out by a factor e over a quarter of the time: most come at once
PATIENCE_SPREAD = 0.6  # of the logarithm: some leave in half the time, some wait twice as long
SEATS = (1, 2, 2, 2, 3, 4)


@dataclass(frozen=True)
class Character:
    """One fan's plan for the evening, in seconds from its beginning. `leaves_politely` presses the button."""

    comes_after: float
    patience: float
    wants: int
    buys: bool
    shows_up: bool
    dithers: bool
    is_declined: bool
    pays_by_points: bool
    takes_best: bool
    signs_in_by_form: bool
    leaves_politely: bool
    seed: int


def cast(options: Options) -> list[Character]:
    """One character for each fan; the same options give the same crowd."""
    chance = random.Random(options.seed)
    return [_character(options, chance) for _ in range(options.fans)]


def _character(options: Options, chance: random.Random) -> Character:
    def happens(share: float) -> bool:
        return chance.random() < share

    return Character(
        comes_after=_arrival(options.over_seconds, chance),
        patience=options.patience_minutes * 60 * chance.lognormvariate(0, PATIENCE_SPREAD),
        wants=chance.choice(SEATS),
        buys=happens(options.buy),
        shows_up=not happens(options.no_show),
        dithers=happens(options.dither),
        is_declined=happens(options.decline),
        pays_by_points=happens(options.points),
        takes_best=happens(options.best),
        signs_in_by_form=happens(options.sign_in_form),
        leaves_politely=happens(0.5),
        seed=chance.getrandbits(32),
    )


def _arrival(over_seconds: float, chance: random.Random) -> float:
    """An exponential rush, cut off where the time is over."""
    while (moment := chance.expovariate(RUSH)) > 1:
        pass
    return moment * over_seconds
