"""Which scene shows which page: every address that answers with a page has one, and it must be that page."""

from typing import Any

from werkzeug.exceptions import HTTPException

SCENE_OF = {
    "accounts.sign_in": "sign-in",
    "accounts.sign_up": "sign-up",
    "admin.change_plan": "date-other-house",
    "admin.choose_door": "doors",
    "admin.concert": "house-on-sale",
    "admin.confirm_cancellation": "cancelling-performances",
    "admin.confirm_refund": "order-cancelling",
    "admin.edit_concert": "concert-edited",
    "admin.edit_schedule": "date-edited",
    "admin.edit_terms": "terms",
    "admin.import_plan": "plan-import",
    "admin.index": "houses",
    "admin.new_concert": "concert-new",
    "admin.new_schedule": "date-new",
    "admin.preview": "draft-preview",
    "admin.set_up": "concert-set-up",
    "admin.show_archive": "archive",
    "admin.show_door": "door-ready",
    "admin.show_jobs": "jobs",
    "admin.show_log": "log-empty",
    "admin.show_mail": "mail",
    "admin.show_orders": "orders-found",
    "admin.show_outbox": "outbox",
    "admin.show_payments": "payments-in-review",
    "admin.show_plan": "plan-saved",
    "admin.show_plans": "plans",
    "admin.show_reconciliation": "reconciled",
    "api_docs.show": "api",
    "booking.dates": "dates",
    "booking.show": "map-overview",
    "checkout.index": "orders",
    "checkout.show": "order-held",
    "concerts.index": "listing",
    "lobby.draw": "draw-before",
    "lobby.resume": "lobby-entering",
    "lobby.show": "lobby-waiting",
    "refunds.confirm": "refund-offered",
    "tickets.show": "ticket",
    "waiting_room.concert": "concert-on-sale",
    "waiting_room.confirm_leave": "leaving-without-scripts",
    "waiting_room.resume_join": "line-joining",
    "waiting_room.show": "waiting-near",
    "wallet.show": "wallet",
}
ENDPOINT_OF = {scene: endpoint for endpoint, scene in SCENE_OF.items()}
FILES = {
    "admin.export_concert",
    "admin.export_house",
    "admin.show_poster_choice",
    "booking.plan",
    "booking.seats",
    "concerts.show_poster",
    "lobby.drawn_list",
    "lobby.status",
    "metrics.show",
    "pages.healthz",
    "pages.readyz",
    "sheets.show",
    "static",
    "tickets.qr",
    "waiting_room.status",
}
NO_PAGE_OF_ITS_OWN = {
    "admin.show_charts",  # a fragment of admin.concert
    "checkout.come_back",  # leads on to the order
    "waiting_room.position",  # a fragment of waiting_room.show
    "card.show",  # needs Stripe's script: tests/stripe opens it in a browser
}


def endpoint_of(app: Any, path: str) -> str | None:
    """Whose page an address is; None for nobody's."""
    try:
        endpoint: str = app.url_map.bind("").match(path)[0]
    except HTTPException:
        return None
    return endpoint
