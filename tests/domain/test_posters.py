"""Posters: the same picture for the same slug, words that fit and read, markup that is safe anywhere."""

import re
import unicodedata
from xml.etree import ElementTree

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib.path import parse_path

from webapp.concerts.poster_art import COMPOSITIONS, PALETTES, WIDTH, contrast
from webapp.concerts.posters import COLUMN, poster, typeset

SVG = "{http://www.w3.org/2000/svg}"
PLACED = re.compile(r"translate\((\d+) (\d+)\) scale\(([\d.]+) -[\d.]+\)")
SLUGS = [f"concert-{n}" for n in range(120)]
TITLES = [
    "Echo",
    "Last Stop, First Light",
    "겨울밤의 현",
    "느린 기차가 지나가는 밤의 마지막 정거장에서",
    "The Long Way Round Again and Once More With Feeling, Until the Lights Come Up",
    "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
    "",
]


def bounds(markup: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each line of the words as they are drawn, the subtitle last."""
    found = []
    for line in ElementTree.fromstring(markup).findall(f"{SVG}g/{SVG}path[@transform]"):
        placed = PLACED.fullmatch(line.get("transform", ""))
        if placed is None:
            continue  # a shape of the picture
        x, y, scale = map(float, placed.groups())
        pen = BoundsPen(None)
        parse_path(line.get("d", ""), pen)
        left, bottom, right, top = (edge * scale for edge in pen.bounds)
        found.append((x + left, y - top, x + right, y - bottom))
    return found


def test_the_same_slug_gives_the_same_poster() -> None:
    assert poster("low-tide", "Low Tide") == poster("low-tide", "Low Tide")


def test_every_composition_and_palette_gets_its_turn() -> None:
    pictures = {poster(slug, "", lettering=False) for slug in SLUGS}
    assert len(pictures) > len(SLUGS) * 0.8
    assert all(any(colours.first in picture for picture in pictures) for colours in PALETTES)
    assert len(COMPOSITIONS) >= 5


@pytest.mark.parametrize("title", TITLES)
def test_a_poster_is_an_svg_of_600_by_800_with_a_title(title: str) -> None:
    root = ElementTree.fromstring(poster("low-tide", title, "Pado Club, Busan"))
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 600 800"
    assert (root.findtext(f"{SVG}title") or "") == title


@pytest.mark.parametrize("slug", SLUGS[:40])
@pytest.mark.parametrize("title", TITLES)
def test_the_words_stay_on_the_poster(slug: str, title: str) -> None:
    *lines, small = bounds(poster(slug, title, "Pado Club, Busan"))
    assert len(lines) == len(typeset(title)[1])
    for left, top, right, bottom in [*lines, small]:
        assert WIDTH - COLUMN - 60 <= left < right <= COLUMN + 60
        assert 20 <= top < bottom <= 790
    assert small[3] > max((bottom for *_, bottom in lines), default=0)


def test_a_short_title_is_set_larger_than_a_long_one() -> None:
    assert typeset(TITLES[0])[0] > 2 * typeset(TITLES[4])[0]


def test_no_word_of_a_title_is_left_alone_where_the_lines_can_be_even() -> None:
    assert typeset("Last Stop, First Light")[1] == ["Last Stop,", "First Light"]


def test_a_title_too_long_to_fit_ends_in_an_ellipsis() -> None:
    assert typeset(TITLES[4] * 3)[1][-1].endswith("…")


def test_what_is_written_is_drawn_and_needs_no_font() -> None:
    markup = poster("low-tide", "겨울밤의 현, Strings on a Winter Night", "한지 콰르텟")
    assert "font" not in markup
    assert len(markup) < 25_000
    assert poster("low-tide", unicodedata.normalize("NFD", "겨울밤의 현")) == poster("low-tide", "겨울밤의 현")


def test_letters_that_our_font_does_not_have_are_written_in_another() -> None:
    root = ElementTree.fromstring(poster("low-tide", "Ночь 🎻", "夜の弦"))
    assert [one.text for one in root.iter(f"{SVG}text")] == ["Ночь 🎻", "夜の弦"]


def test_a_thumbnail_has_no_letters_but_keeps_its_name() -> None:
    markup = poster("low-tide", "Low Tide", "Pado Club", lettering=False)
    assert bounds(markup) == []
    assert "<title>Low Tide</title>" in markup
    assert "Pado Club" not in markup


def test_markup_in_a_title_stays_text() -> None:
    hostile = '</title><script>alert("1")</script>&\x07\x00'
    root = ElementTree.fromstring(poster("low-tide", hostile, hostile))
    assert root.findtext(f"{SVG}title") == hostile[:-2]
    assert not list(root.iter(f"{SVG}script"))


def test_a_poster_needs_nothing_from_elsewhere() -> None:
    for slug in SLUGS:
        markup = poster(slug, "Echo")
        assert markup.count("http") == 1  # the namespace
        assert "style" not in markup
        assert " id=" not in markup  # several posters share a page


@pytest.mark.parametrize("colours", PALETTES)
def test_words_read_on_every_palette(colours: tuple[str, str, str, str]) -> None:
    ground, ink, first, _ = colours
    assert contrast(ground, ink) >= 7
    # Large type on the first colour: three to one is what WCAG asks.
    assert max(contrast(ink, first), contrast(ground, first)) >= 3


def test_a_long_subtitle_is_cut_before_it_runs_off_the_poster() -> None:
    long = poster("slug", "Title", "A very long ensemble name with many guests from many cities in many lands")
    _, subtitle = bounds(long)
    assert COLUMN - 30 <= subtitle[2] <= WIDTH - 44
