// Counts down to a moment on the server's clock. At zero it reloads the page, or tells whoever listens until it is taken away.
import { serverClock, spread } from "frontrow/timing";
import { fill, wordsOf } from "frontrow/words";

const TICK_MS = 250; // a second never shows for two, and phones stay cool
const NEAR_MS = 60_000; // the last minute is said aloud and shown
const RELOAD_MS = 900; // after zero: the server must agree that it is time, and not everyone may ask at once
const ASK_AGAIN_MS = 5000; // zero has passed and the page still counts: the other side is not ready yet

export function connect(element) {
  const now = serverClock(element.dataset.now);
  const until = Date.parse(element.dataset.until);
  const words = wordsOf(element);
  const figures = element.querySelector(".countdown-figures");
  const said = element.querySelector("[data-said]");
  let zero = null;
  let minuteSaid = until - now() <= NEAR_MS;

  const late = until <= now();
  const tick = () => {
    const left = Math.max(0, until - now());
    write(figures, readable(left, words.days));
    if (left <= NEAR_MS) element.dataset.near = "yes";
    if (left <= NEAR_MS && left > 0 && !minuteSaid) {
      minuteSaid = true;
      said.textContent = words.minute;
    }
    if (left === 0) end();
  };
  const end = () => {
    clearInterval(timer);
    said.textContent = words.zero;
    zero = setTimeout(atZero, spread(late ? ASK_AGAIN_MS : RELOAD_MS));
  };
  const atZero = () => {
    if (element.dataset.zero === "reload") return location.reload();
    element.dispatchEvent(new CustomEvent("countdown:ended", { bubbles: true }));
    // Whoever listens may not be there yet, or may have been told too early: as long as it shows zero it says so.
    zero = setTimeout(atZero, spread(ASK_AGAIN_MS));
    return undefined;
  };
  const timer = setInterval(tick, TICK_MS);
  tick();
  return () => {
    clearInterval(timer);
    clearTimeout(zero);
  };
}

// 4:59, 1:04:59, 3 d 1:04:59. A second is shown until it is over.
function readable(ms, days) {
  const seconds = Math.ceil(ms / 1000);
  const pad = (value) => String(value).padStart(2, "0");
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  if (d) return `${fill(days, { count: d })} ${h}:${pad(m)}:${pad(s)}`;
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
