// The words on the drawing: of a section's name, its price and what is left as many as its outline has room for, and near
// the names of rows and the places written on seats.
import { isInside } from "frontrow/seat_map/geometry";
import { counted, fill, money } from "frontrow/words";

const SIZES_PX = { 3: [15, 13, 11.5], 2: [13, 11.5], 1: [13, 11.5, 10] }; // by lines; below the last a name is a smudge
const NEAR_PX = 12;
const NEAR_ROOM_PX = 70; // less of a section than this needs no name
const PLATE = 0.72; // from far the seats are a texture: words on them want a ground of their own
const PITCH = 10; // plan units between neighbours
const ROWS_PX = 15; // a seat's pitch on the screen from which its row's name can be read
const PLACES_PX = 27; // and from which its place can be written on it
const LARGEST_PX = 13;
const ASIDE = 0.9; // of a pitch from the first seat to the row's name
const TURNED = -Math.PI / 2; // along a side stand, where nothing fits across

export function labels(house, words, letters, colours) {
  house.plan.stage.label ||= words.stage;
  const kept = new Map();
  const kinds = new Map();
  const style = { ink: colours.ink, halo: colours.surface };
  const onPlate = { ...style, plate: PLATE };

  // What to write on a section at this scale: {lines, size, turn}, or null where nothing fits.
  const choose = (section, scale) => {
    for (const lines of wordings(section, allFit(section.name.split(" ")[0], scale), house.left(section), words)) {
      for (const turn of lines.length > 1 ? [0] : [0, TURNED]) {
        const size = SIZES_PX[lines.length].find((one) => hasRoom(section, lines, one, turn, scale));
        if (size) return { lines, size, turn };
      }
    }
    return null;
  };
  const hasRoom = (section, lines, size, turn, scale) => {
    const box = [letters.widthOf(lines, size) / scale, letters.heightOf(lines, size) / scale];
    return turn ? fits(section, box[1], box[0]) : fits(section, ...box);
  };
  // "Floor 9" beside "10" would look like two kinds: all of a kind say their whole names, or none does.
  const allFit = (kind, scale) => {
    const key = `${kind} ${keyOf(scale)}`;
    if (!kinds.has(key)) kinds.set(key, house.plan.sections.filter((one) => one.name.startsWith(`${kind} `)).every((one) => hasRoom(one, [one.name], SIZES_PX[1].at(-1), 0, scale)));
    return kinds.get(key);
  };
  const written = (section, scale) => {
    const key = keyOf(scale);
    const known = kept.get(section);
    if (known?.key === key) return known;
    const fresh = { key, label: choose(section, scale) };
    kept.set(section, fresh);
    return fresh;
  };
  return {
    far: (pen, section, at) => {
      const { label } = written(section, at.scale);
      if (!label) return;
      letters.write(pen, label.lines, label.size, onPlate, section.label[0] * at.scale + at.x, section.label[1] * at.scale + at.y, label.turn);
    },
    // Over its first row, or, where that is out of view, at the edge.
    near: (pen, { name, box }, at, size) => {
      const [left, right] = [Math.max(0, box.x * at.scale + at.x), Math.min(size.width, (box.x + box.width) * at.scale + at.x)];
      const [top, bottom] = [box.y * at.scale + at.y, (box.y + box.height) * at.scale + at.y];
      if (right - left < NEAR_ROOM_PX || bottom < 3 * NEAR_PX) return;
      letters.write(pen, [name], NEAR_PX, style, (left + right) / 2, Math.max(top - NEAR_PX * 0.3, NEAR_PX));
    },
    forget: (sections) => sections.forEach((section) => kept.delete(section)),
  };
}

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

// Labels are chosen anew with each tenth of a zoom.
const keyOf = (scale) => Math.round(Math.log2(scale) * 8);

// From the most that could be said to the least. "Upper 204" is "204" to everyone in the house.
function wordings(section, isWhole, left, words) {
  const name = isWhole ? section.name : section.name.split(" ").at(-1);
  if (!left) return [[name, words.soldOut], [name]];
  const [price, rest] = [fill(words.from, { price: money(section.from) }), counted(words.left, left)];
  return [[name, price, rest], [name, rest], [name]];
}

// Whether a box around the label's point lies within the outline.
function fits(section, width, height) {
  const [x, y] = section.label;
  return [-0.5, 0, 0.5].every((across) => [-0.5, 0, 0.5].every((down) => isInside(section.outline, x + across * width, y + down * height)));
}
