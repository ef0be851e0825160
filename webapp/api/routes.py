"""The API's blueprint: an address for every operation on the list."""

from flask import Blueprint

from webapp.api import account_routes, house_routes, line_routes, point_routes, seat_routes
from webapp.api.operations import OPERATIONS, Operation, view
from webapp.extensions import csrf

blueprint = Blueprint("api", __name__)
csrf.exempt(blueprint)  # programs carry a token in a header, which no other site's form can send

FEATURES = (account_routes, seat_routes, line_routes, point_routes, house_routes)


def _add(one: Operation) -> None:
    answer = view(one)
    answer.__name__ = one.name
    for limit in one.limits:
        answer = limit(answer)
    blueprint.add_url_rule(
        one.rule, endpoint=one.name, view_func=answer, methods=[one.method], provide_automatic_options=False
    )


for one in OPERATIONS:
    if one.handler is not None:
        _add(one)
