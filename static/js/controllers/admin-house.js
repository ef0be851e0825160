// An operator's figures: fetched again when the house says it changed, and every few seconds in any case.
import { refresh } from "frontrow/fragments";
import { watch } from "frontrow/live";
import { repeat } from "frontrow/timing";
import { wordsOf } from "frontrow/words";

const PACE_MS = 2000; // an operator steering a sale reads no faster

export function connect(panel) {
  const words = wordsOf(panel);
  const mark = document.getElementById("house-live");
  let changed = true;
  const say = (state) => {
    mark.dataset.live = state;
    mark.textContent = words[state];
  };
  const stopAsking = repeat(() => {
    if (document.hidden || !changed) return undefined;
    changed = mark.dataset.live !== "live";
    return refresh(panel.firstElementChild, panel.dataset.url);
  }, PACE_MS);
  // The line moves on another message than the house, and an operator watches both.
  const stir = () => (changed = true);
  const concert = Number(panel.dataset.concert);
  const stops = ["watch_house", "watch_line"].map((topic) => watch({
    topic,
    body: { concert },
    events: topic === "watch_house" ? { house_changed: stir } : { line_moved: stir },
    ready: () => topic === "watch_house" && (say("live"), stir()),
    down: () => topic === "watch_house" && (say("polling"), stir()),
  }));
  return () => [stopAsking, ...stops].forEach((stop) => stop());
}
