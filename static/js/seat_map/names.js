// The names of rows and the places written on seats, where they can be read.

const PITCH = 10; // plan units between neighbours
const ROWS_PX = 15; // a seat's pitch on the screen from which its row's name can be read
const PLACES_PX = 27; // and from which its place can be written on it
const LARGEST_PX = 13;
const ASIDE = 0.9; // of a pitch from the first seat to the row's name

export function names(plan, kindOf, letters, colours) {
  const nameOf = (row, { pen, at }, isClear, pitch, size) => {
    const [x, y] = [plan.x[row.first], plan.y[row.first]];
    const [dx, dy] = row.last > row.first ? [x - plan.x[row.first + 1], y - plan.y[row.first + 1]] : [-PITCH, 0];
    const reach = (pitch * ASIDE) / Math.hypot(dx, dy);
    const [px, py] = [x * at.scale + at.x + dx * reach, y * at.scale + at.y + dy * reach];
    if (isClear(px, py)) letters.write(pen, [row.name], size, { ink: colours["ink-soft"], weight: 600 }, px, py);
  };
  const placesOf = (row, { pen, at }, isClear, size) => {
    for (let number = row.first; number <= row.last; number += 1) {
      const [px, py] = [plan.x[number] * at.scale + at.x, plan.y[number] * at.scale + at.y];
      const place = Array.isArray(row.places) ? row.places[number - row.first] : number - row.first + 1;
      if (kindOf(number) === "free" && isClear(px, py)) letters.write(pen, [String(place)], size, { ink: colours.ground, weight: 600 }, px, py);
    }
  };
  return (section, scene) => {
    const pitch = PITCH * scene.at.scale;
    if (pitch < ROWS_PX) return;
    const { size } = scene;
    const isClear = (x, y) => x > -pitch && y > -pitch && x < size.width + pitch && y < size.height + pitch;
    const letter = Math.round(Math.min(LARGEST_PX, pitch * 0.42));
    for (const row of plan.rows.slice(plan.rowOf[section.first], plan.rowOf[section.last] + 1)) {
      nameOf(row, scene, isClear, pitch, letter);
      if (pitch >= PLACES_PX) placesOf(row, scene, isClear, letter);
    }
  };
}
