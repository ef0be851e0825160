// A section's words: far, its name, price and what is left, as large as it allows; near, its name above it.
import { draw } from "frontrow/seat_map/svg";
import { counted, fill, money } from "frontrow/words";

const NAME_PX = 15; // on the screen, where there is room
const LEAST_PX = 8; // below this a name is a smudge: left out
const WORDS_FROM_PX = 92; // a section this wide on the screen can also say price and what is left
const NEAR_NAME_PX = 12;
const LETTER = 0.6; // an average letter's width, in its size

export function label(part, house, words, scale, near) {
  const left = house.left(part);
  if (left) delete part.group.dataset.gone;
  else part.group.dataset.gone = "yes";
  if (part.grades.length === 1) part.group.dataset.grade = part.grades[0];
  if (near) return nameAbove(part, scale);
  const width = part.box.width * scale;
  const name = part.section.name;
  // Where the whole name does not fit, its last word does: "Upper 204" is "204" to everyone in the house.
  const short = width < name.length * LETTER * NAME_PX * 0.8 ? name.split(" ").at(-1) : name;
  const size = Math.min(NAME_PX, (width * 0.9) / (short.length * LETTER));
  part.label.setAttribute("font-size", size / scale);
  part.label.replaceChildren();
  if (size < LEAST_PX) return;
  const lines = [short];
  if (width >= WORDS_FROM_PX && part.box.height * scale > 3.5 * NAME_PX) {
    lines.push(left ? fill(words.from, { price: money(part.from) }) : words.soldOut);
    if (left) lines.push(counted(words.left, left));
  }
  const [x, y] = part.at;
  lines.forEach((line, place) => {
    const size = place ? 0.82 : 1;
    const rise = (place - (lines.length - 1) / 2) * 1.2 + 0.35;
    const tspan = draw("tspan", { x, y: y + (rise * part.label.getAttribute("font-size")), "font-size": `${size}em` }, part.label);
    tspan.textContent = line;
  });
}

function nameAbove(part, scale) {
  part.label.setAttribute("font-size", NEAR_NAME_PX / scale);
  const place = { x: part.at[0], y: part.top - (0.35 * NEAR_NAME_PX) / scale };
  part.label.replaceChildren(draw("tspan", place));
  part.label.firstChild.textContent = part.section.name;
}
