"""The web process: `gunicorn wsgi:app`, and `flask --app wsgi` for commands."""

import sys

from webapp import create_app
from webapp.config import BadSetting
from webapp.dev import environment

try:
    environment.lend()
    app = create_app()
except BadSetting as problem:
    sys.exit(f"Frontrow cannot start: {problem}")
