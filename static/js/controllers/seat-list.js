// The list of seats, live: keeps to the limit, adds up, and says when a ticked seat is taken. The form posts by itself.
import { follow } from "frontrow/seat_map/following";
import { tellIn } from "frontrow/seat_map/holding";
import { takenFrom } from "frontrow/seat_map/sheet";
import { follows, NAMES, unpack } from "frontrow/seat_map/states";
import { counted, fill, money, wordsOf } from "frontrow/words";

export function connect(form) {
  const words = wordsOf(form);
  const limit = Number(form.dataset.limit);
  const boxes = new Map([...form.querySelectorAll("[name=seat]")].map((box) => [Number(box.value), box]));
  const part = (name) => form.querySelector(`[data-part=${name}]`);
  const tell = (sentence) => tellIn(document.getElementById("booking-notices"), sentence);
  let known = 0;
  const ticked = () => [...boxes.values()].filter((box) => box.checked);

  const add = () => {
    const chosen = ticked();
    part("sum").hidden = chosen.length === 0;
    part("count").textContent = counted(words.count, chosen.length);
    part("total").textContent = money(chosen.reduce((sum, box) => sum + Number(box.dataset.price), 0));
  };
  const tick = (event) => {
    if (event.target.name !== "seat") return;
    if (ticked().length > limit) {
      event.target.checked = false;
      tell(limit ? counted(words.full, limit, { limit }) : words.none);
    }
    if (ticked().length) form.elements.gone.value = "";
    add();
  };
  // A box that cannot be ticked any more cannot keep the focus either: the nearest free one takes it.
  const nextFree = (number) => [...boxes].filter(([, box]) => !box.disabled)
    .sort(([one], [other]) => Math.abs(one - number) - Math.abs(other - number))[0]?.[1];
  const show = ([number, state]) => {
    const box = boxes.get(number);
    if (!box || box.parentElement.dataset.state === state) return;
    const lost = box.checked && state !== "mine";
    const hadFocus = document.activeElement === box;
    box.parentElement.dataset.state = state;
    box.parentElement.querySelector("[data-state-word]").textContent = words.states[state];
    box.disabled = state !== "free";
    if (box.disabled) box.checked = false;
    if (hadFocus && box.disabled) nextFree(number)?.focus();
    if (!lost) return;
    form.elements.gone.value = "yes";
    tell(takenFrom(words, [fill(words.seat, { section: form.dataset.section, ...box.dataset })], ticked().length));
  };
  const refetch = async () => {
    // While our own hold is on its way, the seats that change may be ours.
    if (form.dataset.sent) return undefined;
    const response = await fetch(form.dataset.seatsUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!response.ok) return undefined;
    const answer = await response.json();
    // Other seats or prices than are listed: only a fresh page can show them.
    if (String(answer.edition) !== form.elements.edition.value) return location.replace(form.dataset.here);
    const [states, own] = [unpack(answer), new Set([...answer.mine, ...answer.bought])];
    known = answer.sequence;
    for (const number of boxes.keys()) show([number, own.has(number) ? "mine" : NAMES[states[number]]]);
    return add();
  };
  const heard = (message) => {
    const place = follows(known, message);
    // Seat 0 is the whole house.
    if (place === "missed" || message.changes.some(([number]) => !number || boxes.has(number))) refetch();
    else if (place === "next") known = message.to;
  };
  form.addEventListener("change", tick);
  const stop = follow(form, words, { refetch, heard });
  add();
  return () => {
    stop();
    form.removeEventListener("change", tick);
  };
}
