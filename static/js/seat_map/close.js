// Near, with more seats in view than a frame can stamp: they are stamped on a picture once the hand rests, a slice of a
// frame at a time, and the picture moves with the hand until it rests again.
import { isInView } from "frontrow/seat_map/geometry";

const RADIUS = 4; // plan units; neighbours are ten apart
const PITCH = 10;
const BEYOND = 0.25; // share of the view that is drawn beyond each edge, for the hand to go on
const FILL_MS = 6; // of each frame's sixteen
const COARSE = [0.5, 2.2]; // beyond these shares of its own scale the picture is of no use

export function close(plan, kindOf, stamp, onReady) {
  let [shown, coming, filling] = [null, null, null];

  // Draw the seats around this view; what is shown stays until it is done.
  const begin = ({ at, ratio, size }) => {
    cancelAnimationFrame(filling);
    const [left, top] = [size.width * BEYOND, size.height * BEYOND];
    const around = { scale: at.scale, x: at.x + left, y: at.y + top };
    const room = { width: size.width + 2 * left, height: size.height + 2 * top };
    const canvas = coming?.canvas ?? document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(room.width * ratio), Math.round(room.height * ratio)]; // which clears it too
    coming = { canvas, pen: canvas.getContext("2d"), scale: at.scale * ratio, x: around.x * ratio, y: around.y * ratio,
      numbers: numbersOf(plan.sections.filter((section) => isInView(section.box, around, room))), next: 0 };
    filling = requestAnimationFrame(fillSome);
  };
  const fillSome = () => {
    const until = performance.now() + FILL_MS;
    for (; coming.next < coming.numbers.length; coming.next += 1) {
      if (coming.next % 64 === 0 && performance.now() > until) return (filling = requestAnimationFrame(fillSome));
      mark(coming, coming.numbers[coming.next]);
    }
    [shown, coming, filling] = [coming, shown, null];
    return onReady();
  };
  const mark = ({ canvas, pen, scale, x, y }, number, isFresh = false) => {
    const [px, py, cell] = [plan.x[number] * scale + x, plan.y[number] * scale + y, PITCH * scale];
    if (px < -cell || py < -cell || px > canvas.width + cell || py > canvas.height + cell) return;
    if (isFresh) pen.clearRect(px - cell / 2, py - cell / 2, cell, cell);
    const seat = stamp(kindOf(number), plan.grade[number], RADIUS * scale);
    pen.drawImage(seat, Math.round(px - seat.width / 2), Math.round(py - seat.height / 2));
  };
  const show = (pen, scale, x, y) => {
    const grown = shown && scale / shown.scale;
    if (!shown || grown < COARSE[0] || grown > COARSE[1]) return;
    const { canvas } = shown;
    pen.drawImage(canvas, Math.round(x - shown.x * grown), Math.round(y - shown.y * grown), canvas.width * grown, canvas.height * grown);
  };
  return {
    begin, show,
    repaint: (numbers) => [shown, coming].filter((one) => one?.numbers).forEach((one) => numbers.forEach((number) => mark(one, number, true))),
    forget: () => ([shown, coming] = [null, (cancelAnimationFrame(filling), null)]),
    stop: () => cancelAnimationFrame(filling),
  };
}

const numbersOf = (sections) => sections.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, place) => first + place));
