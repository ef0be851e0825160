"""The listing, and each concert's poster. The concert's own page needs the line: see waiting_room."""

from flask import Blueprint, Response, render_template, request

from webapp import clock
from webapp.concerts import listing
from webapp.concerts.posters import poster

blueprint = Blueprint("concerts", __name__)

POSTER_SECONDS = 3600


@blueprint.get("/")
def index() -> str:
    return render_template("concerts/index.html", cards=listing.cards(clock.now()))


@blueprint.get("/posters/<slug>.svg")
def show_poster(slug: str) -> Response:
    """The poster, generated from a word; `?plain=1` leaves the words out, and `?v=` names what stands on it."""
    concert = listing.concert(slug)
    picture = poster(
        concert.poster or concert.slug, concert.title, concert.artist, lettering="plain" not in request.args
    )
    answer = Response(picture, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = f"public, max-age={POSTER_SECONDS}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer
