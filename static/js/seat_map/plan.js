// Draws the house: the stage, each section's outline, its rows as faint lines, and its label. Seats come later.
import { boxOf, draw, topOf } from "frontrow/seat_map/svg";

const AISLE = 1.6; // times the usual spacing: a wider gap is an aisle, and the row's line stops there

export function drawPlan(house, view) {
  const svg = draw("svg", { "aria-hidden": "true", focusable: "false" });
  hatch(svg);
  const whole = draw("g", { class: "plan" }, svg);
  stage(house.plan.stage, whole);
  const sections = house.plan.sections.map((section) => drawSection(section, house, whole));
  const labels = draw("g", {}, whole);
  for (const section of sections) section.label = draw("text", { class: "plan-label" }, labels);
  view.append(svg);
  return { svg, whole, sections, top: draw("g", {}, whole) };
}

// Somebody else's hold: lines, not colour alone.
function hatch(svg) {
  const pattern = draw("pattern", { id: "hatch", width: 2.4, height: 2.4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    draw("defs", {}, svg));
  draw("rect", { class: "hatch-ground", width: 2.4, height: 2.4 }, pattern);
  draw("line", { class: "hatch-line", y2: 2.4 }, pattern);
}

function stage({ x, y, width, height, label }, parent) {
  const sag = height * 0.22;
  draw("path", { class: "plan-stage", d: `M${x} ${y}h${width}v${height - sag}q${-width / 2} ${2 * sag} ${-width} 0z` }, parent);
  const name = draw("text", { class: "plan-stage-name", x: x + width / 2, y: y + height / 2, "font-size": height * 0.26 }, parent);
  name.textContent = label;
}

function drawSection(section, house, parent) {
  const group = draw("g", { class: "section", "data-section": section.name }, parent);
  const outline = section.outline.map((point) => point.join(" ")).join("L");
  draw("path", { class: "section-shape", d: `M${outline}Z` }, group);
  const numbers = section.rows.flatMap((row) => row.seats.map(([number]) => number));
  const grades = [...new Set(numbers.map((number) => house.seats.get(number).grade))].sort();
  for (const grade of grades) draw("path", { class: "row-lines", "data-grade": grade, d: linesOf(section, house, grade) }, group);
  const prices = numbers.map((number) => house.seats.get(number).price);
  return { section, group, numbers, grades, from: Math.min(...prices), box: boxOf(section.outline), at: section.label, top: topOf(section.outline, section.label[0]), seats: null };
}

// One path for all rows of a grade: a hundred paths would have to be drawn anew on every step of a zoom.
function linesOf(section, house, grade) {
  return section.rows.filter((row) => house.seats.get(row.seats[0][0]).grade === grade).map((row) => lineOf(row.seats)).join("");
}

function lineOf(seats) {
  const gaps = seats.slice(1).map((seat, place) => distance(seats[place], seat));
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
  return seats.map(([, , x, y], place) => `${place && gaps[place - 1] <= usual * AISLE ? "L" : "M"}${x} ${y}`).join("") + "h0";
}

const distance = (a, b) => Math.hypot(a[2] - b[2], a[3] - b[3]);
