// Computes a draw again in the browser: the seed's fingerprint, and the order of all lots.
import { fill, number, wordsOf } from "frontrow/words";

const AT_ONCE = 2000; // lots between two signs of life
const encoder = new TextEncoder();
const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
const toHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

export function connect(box) {
  const words = wordsOf(box);
  const button = box.querySelector("button");
  const said = box.querySelector("[data-said]");
  const say = (sentence, kind = "") => {
    said.textContent = sentence;
    said.dataset.kind = kind;
  };
  const check = async () => {
    button.setAttribute("aria-disabled", "true");
    try {
      say(...(await verdict(box.dataset, words, say)));
    } catch (error) {
      console.debug(error);
      say(words.failed, "bad");
    }
    button.removeAttribute("aria-disabled");
  };
  const start = () => button.getAttribute("aria-disabled") || check();
  box.hidden = false;
  // WebCrypto is there on https and on localhost only.
  if (!globalThis.crypto?.subtle) {
    button.hidden = true;
    say(words.unable);
  }
  button.addEventListener("click", start);
  return () => button.removeEventListener("click", start);
}

async function verdict({ list, seed, commitment, mine }, words, say) {
  const key = fromHex(seed);
  if (toHex(await crypto.subtle.digest("SHA-256", key)) !== commitment) return [words.seed, "bad"];
  const response = await fetch(list);
  if (!response.ok) throw new Error(`the list answered ${response.status}`);
  const ids = (await response.text()).trim().split("\r\n").slice(1).map((line) => line.split(",")[1]);
  const order = await inOrder(key, ids, (count) => say(fill(words.working, { count: number(count), all: number(ids.length) })));
  if (order.some((id, place) => id !== ids[place])) return [words.order, "bad"];
  const place = order.indexOf(mine);
  const own = place < 0 ? "" : ` ${fill(words.mine, { number: number(place + 1) })}`;
  return [fill(words.good, { all: number(ids.length) }) + own, "good"];
}

async function inOrder(seed, ids, tell) {
  const key = await crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const lots = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    tell(from);
    const some = ids.slice(from, from + AT_ONCE);
    lots.push(...(await Promise.all(some.map(async (id) => [toHex(await crypto.subtle.sign("HMAC", key, encoder.encode(id))), id]))));
  }
  return lots.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, id]) => id);
}
