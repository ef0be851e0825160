"""The web process: `gunicorn wsgi:app`, and `flask --app wsgi` for commands."""

import os
import sys

from webapp import create_app
from webapp.config import BadSetting
from webapp.dev import environment
from webapp.patience import COMMAND, WEB

try:
    environment.lend()
    app = create_app(patience=COMMAND if "FLASK_RUN_FROM_CLI" in os.environ else WEB)
except BadSetting as problem:
    sys.exit(f"Frontrow cannot start: {problem}")
