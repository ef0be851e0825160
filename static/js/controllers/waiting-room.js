// A fan's place, live: one message for everyone waiting, from which each page subtracts its own number.
import { refresh } from "frontrow/fragments";
import { watch } from "frontrow/live";
import { repeat, spread } from "frontrow/timing";
import { aheadOf } from "frontrow/waiting_room/ahead";
import { board } from "frontrow/waiting_room/board";

const POLL_MS = 4000; // the status URL is cached for a second; four keeps a lost socket bearable for both sides
const PRESENT_MS = 20_000; // without a socket, asking for our own place this often shows that we are here
const ESTIMATE_MS = 30_000; // an estimate older than this may be asked for again
const ESTIMATE_SHARE = 0.1; // once this share of the people ahead is gone, so that a long line asks seldom
const READ_MS = 900; // long enough to read that it is your turn
const HEAR_MS = 1800; // and to hear it, for a fan who asked for a sound
const STRAGGLER_MS = 5000; // no tick is on its way for longer; after that a lower number is a database set back
const SOON_MS = 1000; // the line has passed us and our own place does not say so yet

export function connect(room) {
  const { positionUrl, statusUrl, nextUrl, state } = room.dataset;
  if (state === "called") setTimeout(() => location.assign(nextUrl), READ_MS);
  if (state !== "waiting") return () => {};
  const concert = Number(room.dataset.concert);
  const mine = Number(room.dataset.number);
  const shown = board(room);
  const place = { ahead: Number(room.dataset.ahead), sequence: -1, heardAt: 0, estimatedFor: Number(room.dataset.ahead), over: false };
  let asking = null;
  let askedAt = performance.now();
  let joined = false;

  const heard = (tick) => {
    if (tick.stock) document.dispatchEvent(new CustomEvent("frontrow:stock", { detail: tick.stock }));
    const isStraggler = tick.sequence < place.sequence && performance.now() - place.heardAt < STRAGGLER_MS;
    if (place.over || tick.concert !== concert || isStraggler) return;
    place.sequence = tick.sequence;
    place.heardAt = performance.now();
    place.ahead = Math.min(place.ahead, aheadOf(tick, mine));
    shown.people(place.ahead);
    shown.line(tick);
    if (tick.serving >= mine) ask();
  };
  const ask = () => {
    askedAt = performance.now();
    asking ??= askPosition().finally(() => (asking = null));
    return asking.catch(() => {});
  };
  const askPosition = async () => {
    const response = await fetch(positionUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (response.redirected || !response.ok) return response.redirected && location.assign(response.url);
    const answer = await response.json();
    if (place.over) return undefined;
    if (answer.state === "called") return called();
    if (answer.state === "ended") return ended();
    place.ahead = Math.min(place.ahead, answer.ahead);
    place.estimatedFor = place.ahead;
    shown.wait(answer.low_minutes, answer.high_minutes);
    heard(answer.line);
    if (answer.line.serving >= mine) setTimeout(ask, spread(SOON_MS));
    return undefined;
  };
  const called = () => {
    place.over = true;
    const call = new CustomEvent("frontrow:called", { detail: { heard: false } });
    document.dispatchEvent(call);
    shown.called();
    setTimeout(() => location.assign(nextUrl), call.detail.heard ? HEAR_MS : READ_MS);
  };
  const ended = () => {
    place.over = true;
    return refresh(room.querySelector("#position"), positionUrl).then(shown.ended);
  };
  const poll = () => {
    if (place.over) return undefined;
    shown.live("polling");
    if (performance.now() - askedAt > PRESENT_MS) return ask();
    return fetch(statusUrl).then((response) => response.json()).then(heard);
  };
  // Until the socket has answered once it counts as down: some networks neither open nor refuse it.
  let stopPolling = repeat(poll, POLL_MS);

  const stopWatching = watch({
    topic: "watch_line",
    body: { concert },
    events: { line_moved: heard, place_ended: (one) => one.concert === concert && one.number === mine && ask() },
    ready: (answer) => {
      shown.live("live");
      stopPolling = stopPolling?.();
      heard(answer.line);
      // The page itself was fresh the first time. After a gap the answer says which place is ours, and the line whether
      // it is our turn: only another place is worth a question more, from thousands who come back together.
      if (joined && answer.number !== mine) ask();
      joined = true;
    },
    down: () => {
      if (!place.over) shown.live("polling");
      stopPolling ??= repeat(poll, POLL_MS);
    },
  });
  const stopEstimating = repeat(() => place.ahead <= place.estimatedFor * (1 - ESTIMATE_SHARE) && ask(), ESTIMATE_MS);
  shown.people(place.ahead);
  return () => [stopWatching, stopEstimating, stopPolling].forEach((stop) => stop?.());
}
