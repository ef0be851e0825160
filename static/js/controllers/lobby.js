// The lobby: how many are in it, and on to the waiting room when the sale opens. The server's answer decides, not this page.
import { repeat, spread } from "frontrow/timing";
import { number, wordsOf } from "frontrow/words";

const POLL_MS = 10_000; // the count is coarse and the countdown knows the time: this is for an opening by hand
const LOST_MS = 30_000; // the status is silent for so long: say so

export function connect(room) {
  const words = wordsOf(room);
  const mark = room.querySelector(".live-mark");
  const figure = room.querySelector("[data-fans]");
  const count = (fans) => {
    const [before, after] = (fans === 1 ? words.fans.one : words.fans.other).split("{count}");
    figure.textContent = number(fans);
    figure.parentElement.replaceChildren(before, figure, after);
  };
  const opensAt = Date.parse(room.dataset.opensAt);
  let spreadMs = Number(room.dataset.spreadMs);
  let heardAt = performance.now();
  let moving = null;

  const say = (state) => {
    if (mark.dataset.live === state) return;
    mark.dataset.live = state === "drawing" ? "live" : state;
    mark.textContent = words[state];
  };
  // Everyone moves once, at a moment of their own: numbers are drawn by lot, so nobody gains by being first.
  const move = () => {
    say("drawing");
    moving ??= setTimeout(() => location.assign(room.dataset.url), Math.random() * spreadMs);
  };
  const ask = async () => {
    if (performance.now() - heardAt > LOST_MS) say("polling");
    const response = await fetch(room.dataset.statusUrl);
    if (!response.ok) return undefined;
    const status = await response.json();
    heardAt = performance.now();
    spreadMs = status.spread_ms;
    count(status.fans);
    if (status.state === "over") return move();
    // The opening was moved while this page was open: the page itself has to be drawn anew.
    if (Date.parse(status.opens_at) !== opensAt) location.reload();
    if (!moving) say("live");
    return undefined;
  };
  say("live");
  room.addEventListener("countdown:ended", move);
  const stopAsking = repeat(ask, () => spread(POLL_MS));
  return () => {
    stopAsking();
    clearTimeout(moving);
    room.removeEventListener("countdown:ended", move);
  };
}
