"""All of the operator's pages: each file hangs its own on the one blueprint."""

from webapp.admin import (
    chart_routes,
    concert_edit_routes,
    door_routes,
    export_routes,
    job_routes,
    money_routes,
    order_routes,
    outbox_routes,
    plan_grade_routes,
    plan_routes,
    publishing_routes,
    routes,
    schedule_edit_routes,
    show_routes,
    terms_routes,
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
    concert_edit_routes,
    publishing_routes,
    schedule_edit_routes,
    plan_grade_routes,
    plan_routes,
    terms_routes,
)
blueprint = routes.blueprint
