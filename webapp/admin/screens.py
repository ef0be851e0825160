"""All of the operator's pages: each file hangs its own on the one blueprint."""

from webapp.admin import (
    chart_routes,
    door_routes,
    export_routes,
    job_routes,
    money_routes,
    order_routes,
    outbox_routes,
    routes,
    show_routes,
)

PAGES = (
    routes,
    chart_routes,
    export_routes,
    job_routes,
    money_routes,
    order_routes,
    door_routes,
    outbox_routes,
    show_routes,
)
blueprint = routes.blueprint
