"""Each concert's poster, an SVG drawn from its slug: the same slug always gives the same picture."""

from functools import lru_cache
from hashlib import sha256
from random import Random
from unicodedata import east_asian_width, normalize
from xml.sax.saxutils import escape

from webapp.concerts import lettering as letters
from webapp.concerts.poster_art import COMPOSITIONS, HEIGHT, PALETTES, WIDTH

LEFT = 44
COLUMN = WIDTH - 2 * LEFT
# For letters that Pretendard does not have.
FONTS = "Pretendard Variable, Pretendard, system-ui, -apple-system, Noto Sans KR, Noto Sans CJK KR, sans-serif"
SIZES = (104, 92, 80, 70, 60, 52, 44, 38)
SMALL = 26
TITLE_ROOM = 128  # from the top of the first line's capitals to the last line's foot
WORDS = 220  # what title and subtitle take of the height, with the air around them
CAPITALS = 0.75
LEADING = 1.06
HEAVY, MEDIUM = 800, 500
TIGHT = -0.02  # ems between the letters of a title
MOST_KEPT = 200  # posters, of 10 kB or less each


@lru_cache(MOST_KEPT)
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
    size, lines = typeset(title)
    step = round(size * LEADING)
    first = LEFT + round(size * CAPITALS) if at_head else HEIGHT - 92 - step * (len(lines) - 1)
    small = first + step * (len(lines) - 1) + 44 if at_head else HEIGHT - 44
    title_lines = (_line(line, first + step * row, size, HEAVY, TIGHT) for row, line in enumerate(lines))
    return f'<g fill="{ink}">{"".join(title_lines)}{_line(_one_line(subtitle), small, SMALL, MEDIUM)}</g>'


def _line(line: str, foot: int, size: int, weight: int, tracking: float = 0.0) -> str:
    """One line, drawn; or written, where a letter of it is not to be drawn."""
    outline = letters.path(line, weight, tracking)
    if outline is None:
        about = f'font-family="{FONTS}" font-size="{size}" font-weight="{weight}" letter-spacing="{tracking}em"'
        return f'<text x="{LEFT}" y="{foot}" {about}>{escape(line)}</text>'
    scale = size / letters.UNITS
    return f'<path transform="translate({LEFT} {foot}) scale({scale:.5f} {-scale:.5f})" d="{outline}"/>'


def _one_line(subtitle: str) -> str:
    room = COLUMN / SMALL
    return subtitle if _width(subtitle, MEDIUM) <= room else _cut(subtitle, room, MEDIUM)


def typeset(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits its room, and its lines at that size."""
    for size in SIZES:
        lines = _balanced(title, COLUMN / size)
        height = ((len(lines) - 1) * LEADING + CAPITALS) * size
        if height <= TITLE_ROOM and all(_width(line) * size <= COLUMN for line in lines):
            return size, lines
    kept = lines[:3]
    return SIZES[-1], [*kept[:-1], _cut(kept[-1], COLUMN / SIZES[-1])]


def _balanced(title: str, width: float) -> list[str]:
    """The title on as few lines as it needs, and those as even as they can be: no word is left alone."""
    lines = _wrapped(title, width)
    while lines:
        longest = max(map(_width, lines))
        narrower = _wrapped(title, longest * 0.999)
        if len(narrower) > len(lines) or max(map(_width, narrower)) >= longest:
            break
        lines = narrower
    return lines


def _wrapped(title: str, width: float) -> list[str]:
    lines: list[str] = []
    for word in title.split():
        if lines and _width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(line: str, width: float, weight: int = HEAVY) -> str:
    while line and _width(line + "…", weight) > width:
        line = line[:-1]
    return line.rstrip() + "…"


def _width(text: str, weight: int = HEAVY) -> float:
    """In ems; estimated where a letter is of a font that is not there to be measured, and then on the wide side."""
    measured = letters.width(text, weight, TIGHT if weight == HEAVY else 0.0)
    return sum(map(_letter_width, text)) if measured is None else measured


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
    return normalize("NFC", "".join(letter for letter in text if letter.isprintable()).strip())
