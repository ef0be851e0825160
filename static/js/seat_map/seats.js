// The seats of a section, drawn the first time they come near, and repainted one by one as they change.
import { draw } from "frontrow/seat_map/svg";

const RADIUS = 4; // plan units; neighbours are ten apart
const SOLD_RADIUS = 3.1; // a sold seat is smaller as well as hollow
const FRESH_MS = 1000; // as long as the animation of a seat that just changed

export function seatPainter(house, chosen) {
  const elements = new Map();
  const ticks = new Map();

  const paint = (number, fresh = false) => {
    const element = elements.get(number);
    if (!element) return;
    const state = chosen.has(number) ? "chosen" : house.stateOf(number);
    element.dataset.state = state;
    element.setAttribute("r", state === "sold" ? SOLD_RADIUS : RADIUS);
    if (state === "held") element.setAttribute("fill", "url(#hatch)");
    else element.removeAttribute("fill");
    tick(number, element, ["chosen", "mine", "bought"].includes(state));
    if (fresh) flash(element);
  };
  const tick = (number, element, wanted) => {
    if (wanted === ticks.has(number)) return;
    if (!wanted) {
      ticks.get(number).remove();
      return ticks.delete(number);
    }
    const { x, y } = house.seats.get(number);
    const mark = draw("path", { class: "seat-tick", d: `M${x - 1.7} ${y + 0.1}l1.2 1.3 2.3-2.6` });
    element.after(mark);
    ticks.set(number, mark);
    return mark;
  };
  const fillSection = (part) => {
    part.seats = draw("g", { class: "section-seats" });
    for (const row of part.section.rows) rowName(row, part.seats);
    for (const number of part.numbers) {
      const { x, y, grade } = house.seats.get(number);
      elements.set(number, draw("circle", { class: "seat", cx: x, cy: y, r: RADIUS, "data-seat": number, "data-grade": grade }, part.seats));
      paint(number);
    }
    part.group.append(part.seats);
  };
  return { paint, fillSection };
}

function rowName(row, parent) {
  const [first, second] = row.seats;
  const [dx, dy] = second ? [first[2] - second[2], first[3] - second[3]] : [-10, 0];
  const long = Math.hypot(dx, dy) || 1;
  const name = draw("text", { class: "row-name", x: first[2] + (8 * dx) / long, y: first[3] + (8 * dy) / long }, parent);
  name.textContent = row.name;
}

function flash(element) {
  element.dataset.fresh = "yes";
  setTimeout(() => delete element.dataset.fresh, FRESH_MS);
}
