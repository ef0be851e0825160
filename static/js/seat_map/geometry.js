// Where the seats are: the plan's compact file, unfolded into arrays that are asked by a seat's number, from 1.

const TENTHS = 10; // the file's steps to a plan unit

// prices: [[grade's name, won], ...], dearest first.
export function unfold(file, prices) {
  const grades = new Map(prices.map(([name, price], place) => [name, { name, price, place }]));
  const size = file.sections.reduce((sum, section) => sum + section.rows.reduce((seats, row) => seats + row.x.length, 0), 0);
  const plan = { ...file, size, x: new Float32Array(size + 1), y: new Float32Array(size + 1), rowOf: new Uint16Array(size + 1), grade: new Uint8Array(size + 1), rows: [] };
  let number = 1;
  plan.sections = file.sections.map((section) => {
    const first = number;
    for (const row of section.rows) number = unfoldRow(plan, section, row, grades.get(row.grade), number);
    return about(plan, section, first, number - 1, grades);
  });
  return plan;
}

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
