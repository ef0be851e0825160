"""The one-page report of an evening: an HTML file that needs nothing else, and its figures as JSON beside it."""

import json
from html import escape
from pathlib import Path
from typing import Any

from webapp.dev.crowd import figures, plots, summary
from webapp.dev.crowd.plots import Series
from webapp.dev.crowd.summary import Evening

SHEET = Path(__file__).with_name("report.css")


def write(evening: Evening, page: Path) -> dict[str, Any]:
    """Write the report and, beside it, the same name with .json. Returns the figures."""
    found = summary.of(evening)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_page(evening, found))
    page.with_suffix(".json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return found


def _page(evening: Evening, found: dict[str, Any]) -> str:
    title = f"A rehearsal of {evening.title}"
    body = "".join([_head(title, found), _tiles(found), _plots(evening), _estimates(found), _errors(found)])
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{SHEET.read_text()}</style>\n'
        f"</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _head(title: str, found: dict[str, Any]) -> str:
    is_clean = not found["audit"]
    verdict = "The audit is clean: every promise holds." if is_clean else "The audit found broken promises."
    broken = "".join(f"<li>{escape(line)}</li>" for line in found["audit"])
    told = found["options"]
    return (
        f"<h1>{escape(title)}</h1>\n<p>{found['fans']:,} fans, coming within {told['over_seconds']:.0f} s, with a"
        f" patience of {told['patience_minutes']:g} min; {told['buy']:.0%} of those called buy."
        f" It took {found['seconds'] / 60:.1f} min.</p>\n"
        f'<p class="verdict" data-good="{"yes" if is_clean else "no"}">{verdict}</p>\n<ul>{broken}</ul>\n'
    )


def _tiles(found: dict[str, Any]) -> str:
    known, wait = found["called_to_known_ms"], found["wait_minutes"]
    tiles = [
        ("Joined", f"{found['joined']:,}"),
        ("Called", f"{found['called']:,}"),
        ("Bought", f"{found['ended'].get('bought', 0):,}"),
        ("Seats bought", f"{found['seats_bought']:,}"),
        ("Median wait", f"{wait['p50']:.1f} min" if wait else "none"),
        ("Called to known, p50", f"{known['p50']:,.0f} ms" if known else "none"),
        ("p95", f"{known['p95']:,.0f} ms" if known else "none"),
        ("p99", f"{known['p99']:,.0f} ms" if known else "none"),
        ("Called out of order", f"{found['order_inversions']:,}"),
        ("Collisions on seats", f"{found['collisions']:,}"),
    ]
    ends = "".join(f"<li>{count:,} {escape(str(end))}</li>" for end, count in sorted(found["ended"].items(), key=str))
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles)
    return f"<dl>{rows}</dl>\n<h2>How it ended</h2>\n<ul>{ends}</ul>\n"


def _plots(evening: Evening) -> str:
    diaries, places = evening.journal.diaries, evening.outcome.places

    def since(moments: list[float | None]) -> list[plots.Point]:
        return plots.cumulative([moment - evening.began_at for moment in moments if moment])

    course = [
        Series("came", since([one.came_at for one in diaries]), tone=0),
        Series("called", since([one.known_at for one in diaries]), tone=1),
        Series("bought", since([one.bought_at for one in diaries]), tone=2),
    ]
    waits = [(float(number), minutes) for number, minutes in figures.waits(diaries, places)]
    delays = sorted(figures.delays(diaries, places))
    shares = [(delay, 100 * place / len(delays)) for place, delay in enumerate(delays, start=1)]
    said = [Series(name, _told(evening, name), "dots", tone) for tone, name in enumerate(("first", "midway"))]
    real = max((x for one in said for x, _ in one.points), default=0.0)
    exact = Series("exactly right", [(0, 0), (real, real)] if real else [], tone=3)
    pages = sorted(evening.journal.latencies.items(), key=lambda item: -len(item[1]))[:14]
    bars = [(page, [figures.percentile(taken, share) for share in figures.SHARES]) for page, taken in pages]
    drawings = (
        ("The evening", plots.plot("The evening", course, "seconds", "fans")),
        ("The wait by number", plots.plot("Waits", [Series("wait", waits, "dots")], "wait number", "minutes")),
        ("From called to knowing it", plots.plot("Delays", [Series("s", shares)], "ms", "per cent of fans")),
        ("What pages said, and what came", plots.plot("Estimates", [*said, exact], "real minutes", "said")),
        ("How long pages took", plots.bars("Latencies", bars, ["p50", "p95", "p99"], "ms")),
    )
    shown = (f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>\n" for caption, drawing in drawings)
    return f'<div class="plots">{"".join(shown)}</div>\n'


def _told(evening: Evening, which: str) -> list[plots.Point]:
    answers = figures.answers(evening.journal.diaries, evening.outcome.places, which)
    return [(max(real, 0.0), (said.low_minutes + said.high_minutes) / 2) for said, real in answers]


def _estimates(found: dict[str, Any]) -> str:
    rows = []
    for which, one in found["estimates"].items():
        if one:
            rows.append(
                f"<tr><th>{which}</th><td>{one['count']:,}</td><td>{one['within']:.0%}</td>"
                f"<td>{one['missed_by']:.1f} min</td><td>{one['median_error']:.1f} min</td>"
                f"<td>{one['p90_error']:.1f} min</td><td>{one['bias']:+.0%}</td></tr>"
            )
    if not rows:
        return "<h2>Estimates</h2>\n<p>No page could say how long it would take.</p>\n"
    titles = ("estimate", "fans", "range held", "else missed by", "middle off, median", "p90", "bias")
    head = "".join(f"<th>{title}</th>" for title in titles)
    return f"<h2>Estimates</h2>\n<table><tr>{head}</tr>{''.join(rows)}</table>\n"


def _errors(found: dict[str, Any]) -> str:
    if not found["errors"]:
        return "<h2>Errors</h2>\n<p>None.</p>\n"
    rows = "".join(f"<tr><td>{escape(kind)}</td><td>{count:,}</td></tr>" for kind, count in found["errors"].items())
    return f"<h2>Errors</h2>\n<table><tr><th>what</th><th>how often</th></tr>{rows}</table>\n"
