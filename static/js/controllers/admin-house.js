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
    // What no message tells is asked for at every turn.
    changed = mark.dataset.live !== "live" || "untold" in panel.dataset;
    return refresh(panel.firstElementChild, panel.dataset.url);
  }, PACE_MS);
  const stopWatching = watch({
    topic: "watch_house",
    body: { concert: Number(panel.dataset.concert) },
    events: { house_changed: () => (changed = true) },
    ready: () => {
      changed = true;
      say("live");
    },
    down: () => {
      changed = true;
      say("polling");
    },
  });
  return () => {
    stopAsking();
    stopWatching();
  };
}
