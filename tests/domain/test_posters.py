"""Posters: the same picture for the same slug, words that fit and read, markup that is safe anywhere."""

from xml.etree import ElementTree

import pytest

from webapp.concerts.poster_art import COMPOSITIONS, PALETTES, contrast
from webapp.concerts.posters import COLUMN, poster

SVG = "{http://www.w3.org/2000/svg}"
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


def texts(markup: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(markup).iter(f"{SVG}text"))


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
    big, small = texts(poster(slug, title, "Pado Club, Busan"))
    size = float(big.get("font-size", "0"))
    lines = list(big)
    assert all(40 <= float(line.get("y", "0")) <= 770 for line in lines)
    # Half an em a letter is narrower than any real heavy face: a line that fails this cannot fit.
    assert all(len(line.text or "") * size * 0.5 <= COLUMN for line in lines if (line.text or "").isascii())
    assert float(small.get("y", "0")) > max((float(line.get("y", "0")) for line in lines), default=0)


def test_a_short_title_is_set_larger_than_a_long_one() -> None:
    short, long = (float(texts(poster("low-tide", title))[0].get("font-size", "0")) for title in (TITLES[0], TITLES[4]))
    assert short > 2 * long


def test_a_title_too_long_to_fit_ends_in_an_ellipsis() -> None:
    lines = [line.text or "" for line in texts(poster("low-tide", TITLES[4] * 3))[0]]
    assert lines[-1].endswith("…")


def test_a_thumbnail_has_no_letters_but_keeps_its_name() -> None:
    markup = poster("low-tide", "Low Tide", "Pado Club", lettering=False)
    assert texts(markup) == []
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
    assert "…</text>" in long
    assert "…" not in poster("slug", "Title", "The Band")
