// Follows the seats of a schedule on the socket, or by asking while there is none, and says in the page's mark which it is.
import { watch } from "frontrow/live";
import { repeat } from "frontrow/timing";

const ASK_MS = 8000; // without the socket the map is a few seconds behind; a lost race is still told by the hold itself

// heard(message) gets {from, to, changes: [[number, state], ...]}; refetch() runs whenever something may have been missed.
export function follow(root, words, { refetch, heard }) {
  const schedule = Number(root.dataset.schedule);
  const mark = root.querySelector("[data-part=live]");
  const show = (state) => {
    mark.hidden = false;
    mark.dataset.live = state;
    if (mark.textContent !== words[state]) mark.textContent = words[state];
  };
  const ask = () => {
    show("polling");
    return refetch();
  };
  // Until the socket has answered once it counts as down: some networks neither open nor refuse it.
  let stopAsking = repeat(ask, ASK_MS);
  const stopWatching = watch({
    topic: "watch_seats",
    body: { schedule },
    // That the turn is over the refetch finds out, and says where to.
    events: {
      seats_changed: (message) => message.schedule === schedule && heard(message),
      order_changed: refetch,
      turn_over: refetch,
    },
    ready: () => {
      show("live");
      stopAsking = stopAsking?.();
      refetch();
    },
    down: () => {
      show("polling");
      stopAsking ??= repeat(ask, ASK_MS);
    },
  });
  return () => {
    stopWatching();
    stopAsking?.();
  };
}
