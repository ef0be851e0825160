// A number whose digits roll, always downwards: from 0 a digit goes on to 9 the way a counter does.
import { number } from "frontrow/words";

const TURN = 10; // digits in one turn of a strip; every strip has two turns

export function roll(element) {
  let shown = "";
  return (value) => {
    const next = number(value);
    if (next === shown) return;
    if (next.length === shown.length) turn(element, shown, next);
    else build(element, next);
    element.dataset.digits = String(value).length;
    shown = next;
  };
}

function build(element, text) {
  element.replaceChildren(...[...text].map((letter) => (isDigit(letter) ? strip(letter) : sign(letter))));
}

function strip(digit) {
  const window = span("roll-digit");
  const strip = span("roll-strip");
  for (let step = 0; step < 2 * TURN; step += 1) strip.append(sign(String(step % TURN)));
  strip.style.setProperty("--digit", digit);
  window.append(strip);
  return window;
}

function turn(element, from, to) {
  [...to].forEach((letter, place) => {
    if (letter === from[place] || !isDigit(letter)) return;
    const strip = element.children[place].firstElementChild;
    if (letter > from[place]) jump(strip, Number(from[place]) + TURN);
    strip.style.setProperty("--digit", letter);
  });
}

// The same digit one turn on, without anyone seeing it move.
function jump(strip, position) {
  strip.style.setProperty("--roll", "0s");
  strip.style.setProperty("--digit", position);
  strip.getBoundingClientRect();
  strip.style.removeProperty("--roll");
}

function sign(letter) {
  const element = span("");
  element.textContent = letter;
  return element;
}

function span(name) {
  const element = document.createElement("span");
  if (name) element.className = name;
  return element;
}

const isDigit = (letter) => letter >= "0" && letter <= "9";
