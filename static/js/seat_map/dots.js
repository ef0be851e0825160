// The whole house as small dots, drawn ahead as pictures of growing size: from afar, one picture is all a frame draws.

const RADIUS = 4; // plan units; neighbours are ten apart
const PITCH = 10;
const SHARP_PX = 9; // device pixels between neighbours in the finest picture; nearer, seats are drawn one by one
const MOST_PIXELS = 9e6; // of one picture: 36 MB
const STAMP_PX = 2.4; // a radius below this shows no pattern: a square does
const FILL_MS = 6; // of each frame's sixteen for pictures that are not finished
const LOOKS = { free: [1, 1], held: [0.55, 1], sold: [0.35, 0.5] }; // strength and size of a dot

export function dots(plan, stateOf, stamp, colours, onReady) {
  let pictures = [];
  let filling = null;

  const prepare = (scale) => {
    cancelAnimationFrame(filling);
    const sharpest = Math.min(SHARP_PX / PITCH, Math.sqrt(MOST_PIXELS / (plan.width * plan.height)));
    pictures = [];
    for (let next = scale; !pictures.length || next < sharpest * 1.5; next *= 2) pictures.push(picture(plan, Math.min(next, Math.max(scale, sharpest))));
    fill(pictures[0], Infinity);
    filling = requestAnimationFrame(fillSome);
  };
  const fillSome = () => {
    const open = pictures.find((one) => one.next <= plan.size);
    filling = open ? requestAnimationFrame(fillSome) : null;
    if (open && fill(open, performance.now() + FILL_MS)) onReady();
  };
  const fill = (one, until) => {
    for (; one.next <= plan.size; one.next += 1) {
      if (one.next % 256 === 0 && performance.now() > until) return false;
      dot(one, one.next);
    }
    return true;
  };
  const dot = (one, number) => {
    const state = stateOf(number);
    const [x, y, radius] = [plan.x[number] * one.scale, plan.y[number] * one.scale, RADIUS * one.scale];
    if (radius >= STAMP_PX || !LOOKS[state]) {
      const mark = stamp(state, plan.grade[number], radius);
      return one.pen.drawImage(mark, Math.round(x - mark.width / 2), Math.round(y - mark.height / 2));
    }
    const [strength, size] = LOOKS[state];
    one.pen.globalAlpha = strength;
    one.pen.fillStyle = state === "sold" ? colours.edge : colours.grade(plan.grade[number]);
    one.pen.fillRect(x - radius * size, y - radius * size, 2 * radius * size, 2 * radius * size);
    one.pen.globalAlpha = 1;
  };
  const repaint = (numbers) => {
    for (const one of pictures) {
      for (const number of numbers) {
        if (number >= one.next) continue;
        const cell = PITCH * one.scale;
        one.pen.clearRect(plan.x[number] * one.scale - cell / 2, plan.y[number] * one.scale - cell / 2, cell, cell);
        dot(one, number);
      }
    }
  };
  // The smallest finished picture that is as fine as the screen, or the finest.
  const show = (pen, scale, x, y) => {
    const ready = pictures.filter((one) => one.next > plan.size);
    const fit = ready.find((one) => one.scale >= scale * 0.75) ?? ready.at(-1);
    pen.drawImage(fit.canvas, Math.round(x), Math.round(y), plan.width * scale, plan.height * scale);
  };
  return { prepare, repaint, show, stop: () => cancelAnimationFrame(filling) };
}

function picture(plan, scale) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(plan.width * scale), Math.ceil(plan.height * scale)];
  return { scale, canvas, pen: canvas.getContext("2d"), next: 1 };
}
