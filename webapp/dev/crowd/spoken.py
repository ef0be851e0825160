"""The figures as the terminal says them."""

from collections.abc import Iterator
from typing import Any


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What the crowd lived through, a line for each thing."""
    ends = ", ".join(f"{count:,} {end}" for end, count in sorted(found["ended"].items(), key=lambda one: -one[1]))
    yield f"{found['fans']:,} fans in {found['seconds'] / 60:.1f} min: {ends}."
    yield f"{found['seats_bought']:,} seats bought, {found['collisions']:,} collisions on seats."
    yield _spread("Waited", found["wait_minutes"], "min", 1)
    yield _spread("Called to knowing it", found["called_to_known_ms"], "ms", 0)
    for which, words in (("first", "First estimates"), ("midway", "Midway estimates")):
        yield _estimate(words, found["estimates"][which])
    yield f"Called out of order: {found['order_inversions']:,}."
    yield f"{'page':44}{'answers':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
    for page, taken in found["http_ms"].items():
        yield f"{page:44}{taken['count']:>9,}" + "".join(f"{taken[share]:>9,.0f}" for share in ("p50", "p95", "p99"))
    for kind, count in found["errors"].items():
        yield f"ERROR {kind}: {count:,}"
    for broken in found["audit"]:
        yield f"BROKEN {broken}"
    if not found["audit"]:
        yield "The audit is clean: every promise holds."


def _spread(what: str, taken: dict[str, Any] | None, unit: str, digits: int) -> str:
    if taken is None:
        return f"{what}: nobody."
    shares = ", ".join(f"{share} {taken[share]:,.{digits}f}" for share in ("p50", "p95", "p99"))
    return f"{what} ({taken['count']:,}): {shares} {unit}."


def _estimate(what: str, one: dict[str, Any] | None) -> str:
    if one is None:
        return f"{what}: none."
    return (
        f"{what} ({one['count']:,}): the range held {one['within']:.0%}; its middle was off by"
        f" {one['median_error']:.1f} min (median), {one['p90_error']:.1f} (p90), bias {one['bias']:+.0%}."
    )
