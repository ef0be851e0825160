"""`python -m tests.screens`: a picture of every scene in every size, language and scheme, and a page with them all."""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path

import alembic.command

from tests.conftest import TEST_SECRETS
from tests.screens import album, stage
from tests.screens.all import SCENES
from tests.screens.scenes import Place, Scene
from tests.screens.stage import Look, Windows
from webapp import create_app
from webapp.cli import alembic_config
from webapp.config import from_environment
from webapp.dev.services import Services

# Posters far below are fetched when somebody scrolls to them; a picture of the whole page has them all.
SHOWN = """() => Promise.all([...document.images].map((one) => {
  one.loading = "eager";
  return one.decode().catch(() => {});
}))"""
HEIGHTS = {390: 844, 1280: 900}


def main() -> int:
    asked = options()
    wanted = [one for one in SCENES if not asked.only or any(word in one.name for word in asked.only)]
    looks = [
        Look(width, HEIGHTS.get(width, 1080), language, scheme)
        for width, language, scheme in product(asked.width, asked.language, asked.scheme)
    ]
    folder: Path = asked.into
    folder.mkdir(parents=True, exist_ok=True)
    with house() as place, stage.browser() as browser:
        windows = Windows(place, browser)
        failed = [one.name for one in wanted if not take(one, looks, windows, folder)]
    print(f"{len(wanted) - len(failed)} scenes, {len(looks)} pictures each: {album.bind(folder, SCENES)}")
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    return 1 if failed else 0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/screens", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="scenes whose names have this in them")
    parser.add_argument("--width", nargs="+", type=int, default=[390, 1280], metavar="PIXELS")
    parser.add_argument("--language", nargs="+", default=["en", "ko"], choices=["en", "ko"])
    parser.add_argument("--scheme", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--into", type=Path, default=Path("var/screens"), metavar="FOLDER")
    return parser.parse_args()


@contextmanager
def house() -> Iterator[Place]:
    """Servers on a folder of their own, a migrated database, web and gateway."""
    with tempfile.TemporaryDirectory(prefix="frontrow-screens-") as name:
        Path(name).chmod(0o755)  # PostgreSQL, which does not run as root, has to pass
        with Services.start(Path(name) / "data", durable=False) as services:
            addresses = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
            environment = {**os.environ, **TEST_SECRETS, **addresses, "RATE_LIMITS": "off"}
            app = create_app(replace(from_environment(environment), rate_limits=False))
            with app.app_context():
                alembic.command.upgrade(alembic_config(), "head")
                with stage.running(app, environment) as place:
                    yield place


def take(scene: Scene, looks: list[Look], windows: Windows, folder: Path) -> bool:
    """The scene's pictures; False, with the reason said, when one could not be taken."""
    print(scene.name, flush=True)
    stage.clear()
    try:
        path = scene.comes_about(windows.place)
        for look in looks:
            with stage.looking(scene, path, windows, look, reduced_motion="reduce") as page:
                page.evaluate(SHOWN)
                page.screenshot(path=folder / f"{scene.name}-{look.name}.png", full_page=True, animations="disabled")
    except Exception as problem:  # whatever it is, the other scenes have their pictures taken
        print(f"  {''.join(traceback.format_exception(problem)[-3:])}", file=sys.stderr, flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
