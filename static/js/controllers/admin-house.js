// An operator's figures: fetched again when the house says it changed, and every few seconds in any case.
import { refresh, refreshAll } from "frontrow/fragments";
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
  const part = (name) => panel.querySelector(`#house-${name}`);
  const figures = () => [...panel.querySelectorAll("[data-figures]")];
  const isWriting = () => document.activeElement.matches("#house-controls :is(input, textarea)");
  const steering = () => part("line")?.dataset.steered;
  let steered = steering();
  const look = async () => {
    if (changed) {
      // What no message tells is asked for at every turn.
      changed = mark.dataset.live !== "live" || "untold" in panel.dataset;
      await refreshAll(figures(), panel.dataset.url);
    }
    // Somebody else's hand, or the hour of the sale: what can be done now is something else. Who is writing finishes first.
    const now = steering();
    if (now === steered || isWriting()) return;
    await refresh(part("controls"), panel.dataset.url, { isWhole: true });
    steered = now;
  };
  const stopAsking = repeat(() => (document.hidden ? undefined : look()), PACE_MS);
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
