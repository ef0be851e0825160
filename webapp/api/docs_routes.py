"""The API's document as a page: our own template over the same document, so nothing is fetched from anywhere."""

from flask import Blueprint, render_template
from flask_babel import get_locale

from webapp.api import reading
from webapp.api.document import ABOUT

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api/docs")
def show() -> str:
    language = str(get_locale())
    about = ABOUT["x-description-ko"] if language == "ko" else ABOUT["description"]
    return render_template("api/docs.html", sections=reading.sections(language), about=about)
