// The door: reads tickets with the camera and shows each answer at once. Typing the code works without any of this.
import { answerSound, ask } from "frontrow/chime";
import { swap } from "frontrow/fragments";
import { endWork, startWork } from "frontrow/submit-once";
import { watchForCodes } from "frontrow/code-reader";
import { wordsOf } from "frontrow/words";

const SAME_CODE_MS = 4000; // one ticket lies in front of the camera for longer than its answer takes
const PATIENCE_MS = 8000; // then the gate is told that nothing was checked

export function connect(door) {
  const words = wordsOf(door);
  const part = (name) => door.querySelector(`[data-part="${name}"]`);
  const token = part("typed").querySelector("[name=csrf_token]").value;
  const last = { code: "", at: 0 };
  let [busy, watching] = [false, null];

  const check = async (code) => {
    if (busy) return;
    busy = true;
    try {
      const response = await fetch(door.dataset.url, {
        method: "POST",
        headers: { "X-Fragment": "1" },
        body: new URLSearchParams({ csrf_token: token, code }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.redirected) return location.reload();
      if (!response.ok) throw new Error(String(response.status));
      show(await response.text());
    } catch {
      // Whether it was let in is not known here: scanned again, the door says so.
      part("camera-words").textContent = words.away;
      answerSound("away");
    } finally {
      busy = false;
    }
  };

  const show = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const next = holder.content.querySelector("#scan");
    const old = door.querySelector("#scan");
    swap(old, next);
    part("camera-words").textContent = watching ? words.looking : "";
    answerSound(next.querySelector(".answer").dataset.answer);
  };

  const seen = (code) => {
    if (code === last.code && performance.now() - last.at < SAME_CODE_MS) return;
    last.code = code;
    last.at = performance.now();
    check(code);
  };

  const turn = (on, sentence = on ? words.looking : "") => {
    part("camera-words").textContent = sentence;
    part("camera").hidden = !on;
    part("start").hidden = on;
    part("stop").hidden = !on;
  };

  const startCamera = async () => {
    ask();
    turn(true);
    const mine = (watching = new AbortController());
    try {
      await watchForCodes(part("picture"), seen, mine.signal);
    } catch {
      if (mine !== watching) return;
      watching = null;
      turn(false, words.blocked);
    }
  };

  const stopCamera = () => {
    watching?.abort();
    watching = null;
    turn(false);
  };

  const typed = async (event) => {
    event.preventDefault();
    ask();
    const form = event.currentTarget;
    startWork(form);
    await check(form.elements.code.value);
    endWork(form);
    form.elements.code.select();
  };

  part("typed").addEventListener("submit", typed);
  part("start").addEventListener("click", startCamera);
  part("stop").addEventListener("click", stopCamera);
  part("start").hidden = !navigator.mediaDevices?.getUserMedia;
  return stopCamera;
}
