"""Each concert's poster, an SVG drawn from its slug: the same slug always gives the same picture."""

from hashlib import sha256
from random import Random
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from webapp.concerts.poster_art import COMPOSITIONS, HEIGHT, PALETTES, WIDTH

LEFT = 44
COLUMN = WIDTH - 2 * LEFT
FONTS = "Pretendard Variable, Pretendard, system-ui, -apple-system, Noto Sans KR, Noto Sans CJK KR, sans-serif"
SIZES = (104, 92, 80, 70, 60, 52, 44, 38)
SMALL = 26
TITLE_ROOM = 128  # from the top of the first line's capitals to the last line's foot
WORDS = 220  # what title and subtitle take of the height, with the air around them
CAPITALS = 0.75
LEADING = 1.06


def poster(slug: str, title: str, subtitle: str = "", *, lettering: bool = True) -> str:
    """SVG markup, 600 by 800, that stands alone as a file or inside a page.

    Without `lettering` the words stay out of the picture (they would not be legible in a thumbnail) and
    remain in its <title>; the picture is what they leave, 600 by 580.
    """
    digest = sha256(slug.encode()).digest()
    compose = COMPOSITIONS[digest[0] % len(COMPOSITIONS)]
    colours = PALETTES[digest[1] % len(PALETTES)]
    art = compose(Random(int.from_bytes(digest)), colours)
    words = _lettering(_clean(title), _clean(subtitle), art.title_at_head, art.ink) if lettering else ""
    top, height = (0, HEIGHT) if lettering else (WORDS if art.title_at_head else 0, HEIGHT - WORDS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {top} {WIDTH} {height}" role="img">'
        f"<title>{escape(_clean(title))}</title>{art.shapes}{words}</svg>"
    )


def _lettering(title: str, subtitle: str, at_head: bool, ink: str) -> str:
    size, lines = _set(title)
    step = round(size * LEADING)
    first = LEFT + round(size * CAPITALS) if at_head else HEIGHT - 92 - step * (len(lines) - 1)
    small = first + step * (len(lines) - 1) + 44 if at_head else HEIGHT - 44
    spans = "".join(
        f'<tspan x="{LEFT}" y="{first + step * row}">{escape(line)}</tspan>' for row, line in enumerate(lines)
    )
    return (
        f'<g font-family="{FONTS}" fill="{ink}">'
        f'<text font-size="{size}" font-weight="800" letter-spacing="-0.02em">{spans}</text>'
        f'<text x="{LEFT}" y="{small}" font-size="{SMALL}" font-weight="500">{escape(_one_line(subtitle))}</text></g>'
    )


def _one_line(subtitle: str) -> str:
    room = COLUMN / SMALL
    return subtitle if _width(subtitle) <= room else _cut(subtitle, room)


def _set(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits its room, and its lines at that size."""
    for size in SIZES:
        lines = _wrapped(title, COLUMN / size)
        height = ((len(lines) - 1) * LEADING + CAPITALS) * size
        if height <= TITLE_ROOM and all(_width(line) * size <= COLUMN for line in lines):
            return size, lines
    kept = lines[:3]
    return SIZES[-1], [*kept[:-1], _cut(kept[-1], COLUMN / SIZES[-1])]


def _wrapped(title: str, width: float) -> list[str]:
    lines: list[str] = []
    for word in title.split():
        if lines and _width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(line: str, width: float) -> str:
    while line and _width(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"


def _width(text: str) -> float:
    """An estimate in ems of heavy type; there is no font to measure here, so it errs on the wide side."""
    return sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 0.96
    if letter in " .,:;!|'’ijlI":
        return 0.32
    if letter in "mwMW—":
        return 0.9
    return 0.7 if letter.isupper() else 0.6


def _clean(text: str) -> str:
    # XML has no place for control characters, escaped or not.
    return "".join(letter for letter in text if letter.isprintable()).strip()
