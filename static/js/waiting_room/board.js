// What the waiting room shows: the number, the track, the words. It decides nothing.
import { showInIcon, showLamp } from "frontrow/icon";
import { roll } from "frontrow/number-roll";
import { counted, fill, number, wordsOf } from "frontrow/words";

const SAY_EVERY_MS = 30_000; // a screen reader must be able to finish other sentences in between
const SAY_BELOW = 5; // the last few are each worth saying

export function board(room) {
  const words = wordsOf(room);
  const part = (name) => room.querySelector(name);
  const ahead = part("[data-ahead].number-roll");
  ahead?.setAttribute("aria-hidden", "true");
  const show = ahead && roll(ahead);
  const start = { ahead: Number(room.dataset.ahead), track: Number(part("[data-track]")?.getAttribute("x2") ?? 0) };
  let saidAt = -Infinity;
  const say = (sentence) => (part(".room > [data-said]").textContent = sentence);
  // Nothing is waited for any more: what belongs to waiting goes, and the tab says what the page says.
  const over = (state) => {
    const hadFocus = part(".room-foot").contains(document.activeElement) || part("#leave").open;
    room.dataset.state = state;
    part("#leave").close();
    part(".room-foot").hidden = true;
    if (hadFocus) part(".position :is(a, button)").focus();
    const turn = part(".position-turn").textContent.trim();
    document.title = `${turn} · ${room.dataset.title}`;
    showLamp();
    say(turn);
  };

  return {
    people(count) {
      show?.(count);
      part(".position-label").textContent = counted(words.label, count);
      track(room, count, start);
      const brief = count ? fill(words.title, { count: number(count) }) : words.next;
      document.title = `${brief} · ${room.dataset.title}`;
      showInIcon(count);
      if (performance.now() - saidAt < SAY_EVERY_MS && count > SAY_BELOW) return;
      saidAt = performance.now();
      say(count ? counted(words.ahead, count) : words.next);
    },
    line(tick) {
      part("[data-serving]").textContent = number(tick.serving);
      const notice = part("[data-notice]");
      const text = tick.message || (tick.state === "open" ? "" : words[tick.state]) || "";
      if (notice.textContent.trim() !== text) notice.textContent = text;
      notice.hidden = !text;
    },
    wait(low, high) {
      part("[data-wait]").textContent = waitWords(words, low, high);
    },
    live(state) {
      const mark = part(".live-mark");
      if (mark.dataset.live === state) return;
      mark.dataset.live = state;
      mark.textContent = words[state];
    },
    called() {
      part(".position").dataset.state = "called";
      part(".position").replaceChildren(part("[data-part=called]").content.cloneNode(true));
      over("called");
    },
    ended: () => over("ended"),
  };
}

// The way already gone, in proportion: the page was drawn with one point of it, the door is the other.
function track(room, count, start) {
  const gone = start.ahead ? 100 - (100 - start.track) * (count / start.ahead) : 100;
  for (const line of room.querySelectorAll("[data-track]")) {
    for (const end of line.dataset.track.split(" ")) line.setAttribute(end, gone);
  }
}

function waitWords(words, low, high) {
  if (high === null || high === undefined) return words.unknown;
  return fill(words.range, { low: number(low), high: number(high) });
}
