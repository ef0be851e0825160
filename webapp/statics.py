"""Static files, answered before Flask is asked: most of what a first visit asks for, and nothing that is anybody's."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from webapp.content_policy import policy
from webapp.layout import STATIC

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def init_app(app: Flask) -> None:
    """Put the files in front of the pages: under their hash (`?v=`) to be kept for ever, without it to be asked again.

    They are looked at once, at the start: whoever changes one starts the process anew. What is not there is a page's
    404.
    """
    with app.app_context():
        said = {"Content-Security-Policy": policy(), "X-Content-Type-Options": "nosniff"}

    def secure(headers: Headers, _path: str, _url: str) -> None:
        for name, value in said.items():
            headers[name] = value

    about = {"root": STATIC, "prefix": "static", "allow_all_origins": False, "add_headers_function": secure}
    changing: Wsgi = WhiteNoise(app.wsgi_app, max_age=0, **about)
    lasting: Wsgi = WhiteNoise(app.wsgi_app, immutable_file_test=lambda _path, _url: True, **about)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        files = lasting if environ.get("QUERY_STRING", "").startswith("v=") else changing
        return files(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]
