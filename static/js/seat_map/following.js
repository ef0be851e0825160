// Follows the seats of a schedule on the socket, and says in the page's mark whether it does.
import { watch } from "frontrow/live";

// heard(changes) gets [[number, state], ...]; refetch() runs whenever something may have been missed.
export function follow(root, words, { refetch, heard }) {
  const schedule = Number(root.dataset.schedule);
  const mark = root.querySelector("[data-part=live]");
  const show = (state) => {
    mark.hidden = false;
    mark.dataset.live = state;
    if (mark.textContent !== words[state]) mark.textContent = words[state];
  };
  return watch({
    topic: "watch_seats",
    body: { schedule },
    events: { seats_changed: (message) => message.schedule === schedule && heard(message.changes), order_changed: refetch },
    ready: () => {
      show("live");
      refetch();
    },
    down: () => show("polling"),
  });
}
