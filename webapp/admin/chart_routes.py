"""The charts of a concert, for the page that is open."""

from flask import render_template, request

from webapp import clock
from webapp.admin import charts, house
from webapp.admin.guards import operator_required
from webapp.admin.routes import blueprint
from webapp.concerts import listing


@blueprint.get("/concerts/<slug>/charts")
@operator_required
def show_charts(slug: str) -> str:
    now, concert = clock.now(), listing.concert(slug)
    chart = charts.draw(concert, house.line(concert.id, now), request.args.get("hours", 1, type=int), now)
    return render_template("admin/_charts.html", concert=concert, chart=chart)
