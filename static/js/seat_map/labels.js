// A section's words: far, its name, price and what is left, as large as it allows; near, its name above it.
import { draw } from "frontrow/seat_map/svg";
import { counted, fill, money } from "frontrow/words";

const NAME_PX = 15; // on the screen, where there is room
const NEAR_NAME_PX = 12;
const LEAST_PX = 8; // below this a name is a smudge: left out
const WORDS_FROM_PX = 92; // a section this wide on the screen can also say price and what is left
const LETTER = 0.6; // an average letter's width, in its size
const LINE = 1.2; // from one line to the next, in its size

// Sets a label's words and size for the scale at which the drawing has come to rest.
export function label(part, house, words, scale, near) {
  const left = house.left(part);
  part.group.toggleAttribute("data-gone", left === 0);
  if (part.grades.length === 1) part.group.dataset.grade = part.grades[0];
  // A bent section is not in the middle of its box: what counts is the room on the label's narrower side.
  const width = 2 * Math.min(part.at[0] - part.box.x, part.box.x + part.box.width - part.at[0]) * scale;
  const name = near ? part.section.name : fitting(part.section.name, width);
  const size = near ? NEAR_NAME_PX : Math.min(NAME_PX, (width * 0.9) / (name.length * LETTER));
  const lines = size < LEAST_PX ? [] : [name];
  if (!near && width >= WORDS_FROM_PX && part.box.height * scale > 3.5 * NAME_PX) lines.push(...facts(part, left, words));
  const [x, y] = [part.at[0], near ? part.top : part.at[1]];
  const first = near ? -0.35 : 0.35 - ((lines.length - 1) / 2) * LINE;
  part.label.replaceChildren(...lines.map((line, row) => {
    const tspan = draw("tspan", { x, y: y + ((first + row * LINE) * size) / scale, "font-size": (row ? size * 0.82 : size) / scale });
    tspan.textContent = line;
    return tspan;
  }));
}

// Where the whole name does not fit, its last word does: "Upper 204" is "204" to everyone in the house.
function fitting(name, width) {
  return width < name.length * LETTER * NAME_PX * 0.8 ? name.split(" ").at(-1) : name;
}

function facts(part, left, words) {
  return left ? [fill(words.from, { price: money(part.from) }), counted(words.left, left)] : [words.soldOut];
}
