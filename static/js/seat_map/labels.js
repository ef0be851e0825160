// A section's words on the drawing: as many of its name, its price and what is left as its outline has room for.
import { isInside } from "frontrow/seat_map/geometry";
import { counted, fill, money } from "frontrow/words";

const SIZES_PX = { 3: [15, 13, 11.5], 2: [13, 11.5], 1: [13, 11.5, 10] }; // by lines; below the last a name is a smudge
const NEAR_PX = 12;
const NEAR_ROOM_PX = 70; // less of a section than this needs no name
const PLATE = 0.72; // from far the seats are a texture: words on them want a ground of their own
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
