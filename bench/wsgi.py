"""Frontrow with routes more, which do nothing: what the server and Flask cost before a page does anything."""

import os
from typing import Any

from flask import redirect
from flask_login import current_user, login_required

from webapp import batches
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


@app.post("/noop/form")
def noop_form() -> Any:
    return redirect("/noop", 303)


@app.get("/noop/signed-in")
@login_required
def signed_in_noop() -> str:
    return str(current_user.name)


# To show what batching buys: with 1, every join is a transaction of its own.
batches.MOST_TOGETHER = int(os.environ.get("BENCH_MOST_TOGETHER") or batches.MOST_TOGETHER)
