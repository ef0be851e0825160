"""Letters as outlines: what is written on a poster looks alike everywhere, whatever fonts are installed there.

They are Pretendard's, out of the files that pages load.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from fontTools.misc.transform import Offset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[2] / "static" / "vendor" / "pretendard"
FACE = re.compile(r"url\(\./(?P<file>[\w.]+)\).*?unicode-range:\s*(?P<letters>[^;}]+)", re.DOTALL)
UNITS = 2048  # of Pretendard's, to the em
MOST_FILES, MOST_LETTERS = 16, 4_000  # kept in memory: about 300 kB a file, and 1 kB a letter


@dataclass(frozen=True, slots=True)
class Letter:
    """How a letter is drawn, and how far on the next one stands, in the font's units."""

    draw: Callable[[TransformPen], None]
    advance: float


def width(line: str, weight: int, tracking: float = 0.0) -> float | None:
    """How long a line is, in ems; `tracking` is what comes between two letters. None where a letter is not known."""
    letters = [letter(one, weight) for one in line]
    known = [one.advance for one in letters if one]
    return sum(known) / UNITS + tracking * max(0, len(line) - 1) if len(known) == len(letters) else None


def path(line: str, weight: int, tracking: float = 0.0) -> str | None:
    """A line as the data of an SVG path, UNITS to the em, from its foot upwards. None where a letter is not known."""
    pen, at = SVGPathPen(None, ntos=lambda number: str(round(number))), 0.0
    for one in line:
        found = letter(one, weight)
        if found is None:
            return None
        found.draw(TransformPen(pen, Offset(at)))
        at += found.advance + tracking * UNITS
    return str(pen.getCommands())


@lru_cache(MOST_LETTERS)
def letter(character: str, weight: int) -> Letter | None:
    """One letter at a weight of 45 to 920; None for one that the font does not have."""
    file = _files().get(ord(character))
    name = _font(file).getBestCmap().get(ord(character)) if file else None
    if file is None or name is None:
        return None
    glyphs, pen = _font(file).getGlyphSet(location={"wght": weight}), DecomposingRecordingPen({})
    pen.glyphSet = glyphs
    glyphs[name].draw(pen)
    return Letter(pen.replay, glyphs[name].width)


@cache
def _files() -> dict[int, str]:
    """In which file each letter would be, as the font's style sheet says."""
    found = {}
    for face in FACE.finditer((FOLDER / "pretendard.css").read_text()):
        for span in face["letters"].split(","):
            first, _, last = span.strip().removeprefix("U+").partition("-")
            found.update(dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), face["file"]))
    return found


@lru_cache(MOST_FILES)
def _font(name: str) -> TTFont:
    return TTFont(FOLDER / name, lazy=True)
