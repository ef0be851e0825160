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
  const ticked = [...element.querySelectorAll("[type=radio][name], [type=checkbox][name]")]
    .filter((box) => box.checked !== box.defaultChecked)
    .map((box) => [same(box), box.checked]);
  const active = document.activeElement;
  return { open, typed, ticked, focused: element.contains(active) ? same(active) : null };
}

function restore(element, { open, typed, ticked, focused }) {
  const find = (id) => element.querySelector(`#${CSS.escape(id)}`);
  for (const id of open) find(id)?.setAttribute("open", "");
  for (const [id, value] of typed) if (find(id)) find(id).value = value;
  for (const [box, checked] of ticked) {
    const found = element.querySelector(box);
    if (found && !found.disabled) found.checked = checked;
  }
  if (focused) keepFocus(element, element.querySelector(focused));
}

// Whoever was in the old part is in the new one: at the same control, or at its heading when that is gone.
function keepFocus(element, found) {
  const target = found && !found.disabled ? found : (element.querySelector("h1, h2") ?? element);
  if (target !== found) target.tabIndex = -1;
  target.focus({ preventScroll: target === found });
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
