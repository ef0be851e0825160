// A part of the page, fetched again from the address that rendered it, without losing what the fan is doing in it.
import { mount, unmount } from "frontrow/mounting";

// New with every answer, and no news: two parts that differ in nothing else are the same.
const ALWAYS_NEW = { "data-now": "[data-now]", value: "[name=csrf_token], [name=idempotency_key]" };

// Returns the new element. A redirect means the page has moved on: follow it.
export async function refresh(element, url, options) {
  return (await refreshAll([element], url, options))[0];
}

// The same for several parts that one answer holds. isWhole: the address is asked for its whole page.
export async function refreshAll(elements, url, { isWhole = false } = {}) {
  const response = await fetch(url, { headers: isWhole ? {} : { "X-Fragment": "1" }, credentials: "same-origin" });
  if (response.redirected) {
    location.assign(response.url);
    return elements;
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return elements.map((element) => replace(element, holder.content.querySelector(`#${element.id}`) ?? holder.content.firstElementChild));
}

function replace(element, next) {
  const rendered = next && essence(next);
  if (!next || rendered === element.dataset.last) return element;
  swap(element, next);
  next.dataset.last = rendered;
  return next;
}

function essence(part) {
  const copy = part.cloneNode(true);
  for (const [attribute, where] of Object.entries(ALWAYS_NEW)) copy.querySelectorAll(where).forEach((one) => one.removeAttribute(attribute));
  return copy.outerHTML;
}

// Puts the new part where the old one was; what was open, typed, ticked, scrolled and focused in it stays so.
export function swap(element, next) {
  const state = remember(element);
  unmount(element);
  element.replaceWith(next);
  restore(next, state);
  mount(next);
}

function remember(element) {
  const all = (selector) => [...element.querySelectorAll(selector)];
  const typed = all("input[id], textarea[id]").filter((input) => input.value !== input.defaultValue).map((input) => [input.id, input.value]);
  const ticked = all("[type=radio][name], [type=checkbox][name]")
    .filter((box) => box.checked !== box.defaultChecked)
    .map((box) => [same(box), box.checked]);
  const scrolled = all("[id]").filter((one) => one.scrollTop || one.scrollLeft).map((one) => [one.id, one.scrollLeft, one.scrollTop]);
  const active = document.activeElement;
  return { open: all("details[id][open]").map((one) => one.id), typed, ticked, scrolled, focused: element.contains(active) ? same(active) : null };
}

function restore(element, { open, typed, ticked, scrolled, focused }) {
  const find = (id) => element.querySelector(`#${CSS.escape(id)}`);
  for (const id of open) find(id)?.setAttribute("open", "");
  for (const [id, value] of typed) if (find(id)) find(id).value = value;
  for (const [box, checked] of ticked) {
    const found = element.querySelector(box);
    if (found && !found.disabled) found.checked = checked;
  }
  for (const [id, left, top] of scrolled) find(id)?.scrollTo({ left, top, behavior: "instant" });
  if (focused) keepFocus(element, element.querySelector(focused));
}

// Whoever was in the old part is in the new one: at the same control, or at its heading when that is gone.
function keepFocus(element, found) {
  found?.focus({ preventScroll: true });
  if (found && document.activeElement === found) return;
  const target = element.querySelector("h1, h2") ?? element;
  target.tabIndex = -1;
  target.focus();
}

// What finds a control again in a page rendered anew.
function same(control) {
  if (control.id) return `#${CSS.escape(control.id)}`;
  const said = ["name", "value", "href", "type"]
    .filter((name) => control.hasAttribute(name))
    .map((name) => `[${name}="${CSS.escape(control.getAttribute(name))}"]`);
  const form = control.form?.getAttribute("action");
  const within = form ? `form[action="${CSS.escape(form)}"] ` : "";
  const inside = control.tagName === "SUMMARY" && control.parentElement.id ? `#${CSS.escape(control.parentElement.id)} > ` : "";
  return `${within}${inside}${control.tagName.toLowerCase()}${said.join("")}`;
}
