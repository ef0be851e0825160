// An operator's charts: drawn again soon after the house has moved, and now and then because time goes by.
import { refresh } from "frontrow/fragments";
import { watch } from "frontrow/live";
import { repeat } from "frontrow/timing";

const PACE_MS = 4000; // a picture is looked at for longer than a number
const STALE_MS = 10_000; // the line is sampled as often

export function connect(panel) {
  let changed = false;
  let drawnAt = performance.now();
  const draw = () => {
    changed = false;
    drawnAt = performance.now();
    return refresh(panel.firstElementChild, panel.dataset.url);
  };
  const isDue = () => changed || performance.now() - drawnAt > STALE_MS;
  const stopAsking = repeat(() => (document.hidden || !isDue() ? undefined : draw()), PACE_MS);
  // Who may listen is asked for by the panel of figures, on the same socket.
  const stopWatching = watch({ events: { house_changed: () => (changed = true) }, ready: () => (changed = true) });
  return () => {
    stopAsking();
    stopWatching();
  };
}
