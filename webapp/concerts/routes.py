"""The listing, and each concert's poster. The concert's own page needs the line: see waiting_room."""

from flask import Blueprint, Response, request

from webapp import clock, shells
from webapp.concerts import listing
from webapp.concerts.posters import poster
from webapp.errors import NotFound
from webapp.languages import LANGUAGES, speaking
from webapp.layout import me

blueprint = Blueprint("concerts", __name__)

POSTER_SECONDS = 3600


@blueprint.get("/")
def index() -> bytes:
    return shells.render("concerts/index.html", (), {}, cards=listing.seen_cards(clock.now()))


@blueprint.get("/posters/<slug>.svg")
def show_poster(slug: str) -> Response:
    """The poster, generated from a word, in the language that `?in=` names, since anybody may keep it; else in English.

    `?plain=1` leaves the words out, and `?v=` names what stands on it. A draft's is for operators, who keep nothing.
    """
    concert = listing.any_concert(slug)
    if concert.is_draft and not me().is_operator:
        raise NotFound()
    asked = request.args.get("in", "")
    with speaking(asked if asked in LANGUAGES else "en"):
        word = concert.poster or concert.slug
        picture = poster(word, concert.title, concert.artist, lettering="plain" not in request.args)
    answer = Response(picture, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store" if concert.is_draft else f"public, max-age={POSTER_SECONDS}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer
