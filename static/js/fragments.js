// A part of the page, fetched again from the address that rendered it, without losing what the fan is doing in it.
import { mount, unmount } from "frontrow/mounting";

// Returns the new element. A redirect means the page has moved on: follow it.
export async function refresh(element, url) {
  const response = await fetch(url, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
  if (response.redirected) {
    location.assign(response.url);
    return element;
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return replace(element, await response.text());
}

function replace(element, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const next = holder.content.querySelector(`#${element.id}`) ?? holder.content.firstElementChild;
  if (!next || next.outerHTML === element.dataset.last) return element;
  const rendered = next.outerHTML;
  const state = remember(element);
  unmount(element);
  element.replaceWith(next);
  next.dataset.last = rendered;
  restore(next, state);
  mount(next);
  return next;
}

function remember(element) {
  const open = [...element.querySelectorAll("details[id][open]")].map((details) => details.id);
  const typed = [...element.querySelectorAll("input[id], textarea[id]")]
    .filter((input) => input.value !== input.defaultValue)
    .map((input) => [input.id, input.value]);
  const chosen = [...element.querySelectorAll("input:is([type=radio], [type=checkbox])")]
    .filter((input) => input.checked !== input.defaultChecked)
    .map((input) => [selector(input), input.checked]);
  const focused = element.contains(document.activeElement) ? selector(document.activeElement) : "";
  return { open, typed, chosen, focused };
}

// How to find the same thing in the new part: by its id, or a choice by what it chooses.
function selector({ id, name, value, checked }) {
  if (id) return `#${CSS.escape(id)}`;
  return checked === undefined ? "" : `input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`;
}

function restore(element, { open, typed, chosen, focused }) {
  const find = (id) => element.querySelector(`#${CSS.escape(id)}`);
  for (const id of open) find(id)?.setAttribute("open", "");
  for (const [id, value] of typed) if (find(id)) find(id).value = value;
  for (const [which, isChecked] of chosen) {
    const input = element.querySelector(which);
    if (input && !input.disabled) input.checked = isChecked;
  }
  if (focused) element.querySelector(focused)?.focus();
}
