// One seat's mark: its state is a shape and a pattern as well as a colour. Drawn once for a size, then stamped.
import { disc, SHAPES } from "frontrow/seat_map/shapes";

const SOLD = 0.76; // a sold seat is smaller as well as hollow
const HATCH = 0.46; // from one line of the hatch to the next, in radii
const STEP = 0.5; // pixels between the sizes that are kept
const MOST_SIZES = 24; // a zoom passes many; the oldest are forgotten
const OWN = ["chosen", "mine", "bought"];

export function marks(colours) {
  const sizes = new Map();
  // The stamp for a state and a grade with this radius in device pixels.
  return (state, grade, radius) => {
    const size = Math.max(STEP, Math.round(radius / STEP) * STEP);
    if (!sizes.has(size)) {
      if (sizes.size >= MOST_SIZES) sizes.delete(sizes.keys().next().value);
      sizes.set(size, new Map());
    }
    const kept = sizes.get(size);
    const name = state + grade;
    if (!kept.has(name)) kept.set(name, stamp(state, grade, size, colours));
    return kept.get(name);
  };
}

function stamp(state, place, radius, colours) {
  const grade = colours.grade(place);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * Math.ceil(radius * 1.3 + 1);
  const pen = canvas.getContext("2d");
  pen.translate(canvas.width / 2, canvas.height / 2);
  if (OWN.includes(state)) own(pen, radius, state === "bought" ? colours.edge : colours.next, colours);
  else if (state === "held") held(pen, radius, grade, colours);
  else if (state === "sold") ring(pen, radius * SOLD, colours.edge, 0.75);
  else SHAPES[colours.shape(place)](pen, radius, grade);
  return canvas;
}

function ring(pen, radius, colour, strength = 1) {
  pen.globalAlpha = strength;
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1, radius * 0.2);
  pen.beginPath();
  pen.arc(0, 0, Math.max(0.1, radius - pen.lineWidth / 2), 0, 2 * Math.PI);
  pen.stroke();
  pen.globalAlpha = 1;
}

// Somebody else's hold: lines, not colour alone.
function held(pen, radius, grade, colours) {
  disc(pen, radius, colours.ground);
  pen.save();
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.clip();
  pen.rotate(Math.PI / 4);
  pen.strokeStyle = colours["ink-soft"];
  pen.lineWidth = Math.max(0.8, radius * 0.17);
  pen.beginPath();
  for (let x = -radius; x <= radius; x += Math.max(2, radius * HATCH)) {
    pen.moveTo(x, -radius);
    pen.lineTo(x, radius);
  }
  pen.stroke();
  pen.restore();
  ring(pen, radius, grade);
}

function own(pen, radius, around, colours) {
  disc(pen, radius * 1.25, around);
  disc(pen, radius * 0.94, colours.ink);
  pen.strokeStyle = colours.ground;
  pen.lineWidth = radius * 0.3;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(-radius * 0.43, radius * 0.03);
  pen.lineTo(-radius * 0.13, radius * 0.35);
  pen.lineTo(radius * 0.45, -radius * 0.3);
  pen.stroke();
}
