"""Waiting for the map's camera."""

from playwright.sync_api import Page


def come_to_rest(page: Page) -> None:
    """Whatever the camera is doing, it is done: its place has stayed the same for some frames."""
    page.evaluate(
        """async () => {
            const view = document.querySelector("[data-part=view]");
            for (let [same, last] = [0, ""]; same < 30; ) {
                await new Promise(requestAnimationFrame);
                same = view.dataset.at === last ? same + 1 : 0;
                last = view.dataset.at;
            }
        }"""
    )
