"""What every scene must stand up to."""

from playwright.sync_api import Page

from tests.screens.conftest import Looking
from tests.screens.judging import overflow, violations
from tests.screens.scenes import Scene
from tests.screens.stage import Look

# Two frames on, with whatever was still changing at its end: colours on their way to others are nobody's.
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  for (const one of document.getAnimations()) one.effect?.getComputedTiming().endTime !== Infinity && one.finish();
  requestAnimationFrame(done);
})))"""


def is_open_to_everyone(scene: Scene, looking: Looking) -> None:
    """No rule of WCAG 2.2 AA is broken and nothing sticks out to the side.

    First on the narrowest window there is in the dark (320 pixels: a desk's window at four times its size), then
    wide and in light. Every other scene is in Korean.
    """
    language = "ko" if scene.number % 2 else "en"
    with looking(scene, Look(320, 740, language, "dark"), reduced_motion="reduce") as page:
        _judge(page, scene, "narrow and dark")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.evaluate(SETTLED)
        _judge(page, scene, "wide and light")


def _judge(page: Page, scene: Scene, how: str) -> None:
    wrong = [*violations(page, scene.alike), *overflow(page)]
    assert not wrong, f"{how}: {'; '.join(wrong)}"
