"""The page that shows all pictures in a folder: `index.html`, by kind and scene."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from tests.screens.scenes import Scene

HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Every page, every state</title>
<style>
  body { margin: 2rem; font: 16px/1.5 system-ui, sans-serif; color: #201812; background: #f8f4ec; }
  section { margin-block: 2rem; }
  .row { display: flex; gap: 1rem; overflow-x: auto; align-items: start; padding-block: .5rem; }
  figure { margin: 0; flex: none; }
  img { display: block; height: 24rem; width: auto; border: 1px solid #ddd3c1; }
  figcaption { font-size: .8rem; color: #5f5345; }
</style>
<h1>Every page, every state</h1>
"""


def bind(folder: Path, scenes: Sequence[Scene]) -> Path:
    """Write the page of all pictures that are there; its path."""
    parts = [HEAD]
    for kind, some in groupby(scenes, lambda one: one.kind):
        shown = [row for scene in some if (row := _row(folder, scene))]
        parts += [f"<h2>{escape(kind)}</h2>", *shown] if shown else []
    page = folder / "index.html"
    page.write_text("\n".join(parts))
    return page


def _row(folder: Path, scene: Scene) -> str:
    pictures = sorted(folder.glob(f"{scene.name}-[0-9]*-*-*.png"))
    figures = [
        f'<figure><a href="{one.name}"><img src="{one.name}" alt="" loading="lazy"></a>'
        f"<figcaption>{escape(one.stem.removeprefix(scene.name + '-'))}</figcaption></figure>"
        for one in pictures
    ]
    if not figures:
        return ""
    head = f"<h3>{escape(scene.name)}</h3><p>{escape(scene.says)}</p>"
    return f'<section id="{scene.name}">{head}<div class="row">{"".join(figures)}</div></section>'
