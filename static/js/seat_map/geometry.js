// Where the seats are: the plan's compact file, unfolded into arrays that are asked by a seat's number, from 1; what lies
// under a point of the plan; and what of the house lies within the view.

const TENTHS = 10; // the file's steps to a plan unit
const REACH = 5.5; // plan units from a seat's middle: a little more than half the way to its neighbour

// prices: [[grade's name, won], ...], dearest first.
export function unfold(file, prices) {
  const grades = new Map(prices.map(([name, price], place) => [name, { name, price, place }]));
  const size = file.sections.reduce((sum, section) => sum + section.rows.reduce((seats, row) => seats + row.x.length, 0), 0);
  const plan = { ...file, size, x: new Float32Array(size + 1), y: new Float32Array(size + 1), rowOf: new Uint16Array(size + 1), grade: new Uint8Array(size + 1), rows: [] };
  let number = 1;
  plan.sections = file.sections.map(inWords).map((section) => {
    const first = number;
    for (const row of section.rows) number = unfoldRow(plan, section, row, grades.get(row.grade), number);
    return about(plan, section, first, number - 1, grades);
  });
  return plan;
}

// The file is the same for every reader, so it has both names.
const inWords = (section) => ({ ...section, name: (document.documentElement.lang === "ko" && section.name_ko) || section.name });

function unfoldRow(plan, section, row, grade, first) {
  let [x, y] = [0, 0];
  row.x.forEach((step, place) => {
    const number = first + place;
    plan.x[number] = (x += step) / TENTHS;
    plan.y[number] = (y += row.y[place]) / TENTHS;
    plan.rowOf[number] = plan.rows.length;
    plan.grade[number] = grade.place;
  });
  plan.rows.push({ name: row.name, section: section.name, places: row.places, grade, first, last: first + row.x.length - 1 });
  return first + row.x.length;
}

function about(plan, { name, outline, label, rows }, first, last, grades) {
  const prices = rows.map((row) => grades.get(row.grade).price);
  const places = new Set(rows.map((row) => grades.get(row.grade).place));
  return { name, outline, label, first, last, from: Math.min(...prices), grade: places.size === 1 ? [...places][0] : null, box: boxOf(outline) };
}

// One seat in words' terms.
export function seatOf(plan, number) {
  const row = plan.rows[plan.rowOf[number]];
  const place = Array.isArray(row.places) ? row.places[number - row.first] : String(number - row.first + 1);
  return { number, place, row: row.name, section: row.section, grade: row.grade.place, gradeName: row.grade.name, price: row.grade.price,
    x: plan.x[number], y: plan.y[number] };
}

function boxOf(points) {
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

export const sectionAt = (plan, x, y) => plan.sections.find((section) => isInside(section.outline, x, y)) ?? null;

// The number of the seat nearest to the point, or null.
export function seatAt(plan, x, y) {
  let [best, least] = [null, REACH];
  for (const section of plan.sections) {
    const { box } = section;
    if (x < box.x - REACH || y < box.y - REACH || x > box.x + box.width + REACH || y > box.y + box.height + REACH) continue;
    for (let number = section.first; number <= section.last; number += 1) {
      const away = Math.hypot(plan.x[number] - x, plan.y[number] - y);
      if (away < least) [best, least] = [number, away];
    }
  }
  return best;
}

export function isInside(outline, x, y) {
  let inside = false;
  outline.forEach(([x1, y1], place) => {
    const [x2, y2] = outline[(place + 1) % outline.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  });
  return inside;
}

export const isInView = ({ x, y, width, height }, at, size) =>
  x * at.scale + at.x < size.width && y * at.scale + at.y < size.height
  && (x + width) * at.scale + at.x > 0 && (y + height) * at.scale + at.y > 0;

// About how many seats: of each section as large a share as of its box.
export function seatsInView(sections, at, size) {
  return sections.reduce((sum, { box, first, last }) => {
    const across = overlap(box.x * at.scale + at.x, box.width * at.scale, size.width);
    const down = overlap(box.y * at.scale + at.y, box.height * at.scale, size.height);
    return sum + (last - first + 1) * across * down;
  }, 0);
}

const overlap = (start, length, room) => Math.max(0, Math.min(start + length, room) - Math.max(start, 0)) / length;
