"""Frontrow with routes more, which do nothing: what the server and Flask cost before a page does anything."""

from flask_login import current_user, login_required

from webapp.extensions import csrf
from wsgi import app

__all__ = ["app"]


@app.get("/noop")
def noop() -> str:
    return "ok"


@app.post("/noop")
@csrf.exempt
def noop_post() -> tuple[str, int]:
    return "ok", 202


@app.get("/noop/signed-in")
@login_required
def signed_in_noop() -> str:
    return str(current_user.name)
