// The shapes of grades: as their marks in the legend, of about one size to the eye, and within a seat's stamp.

export const SHAPES = {
  disc,
  square: (pen, radius, colour) => fill(pen, colour, () => pen.roundRect(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8, radius * 0.24)),
  diamond: (pen, radius, colour) => fill(pen, colour, () => corners(pen, radius * 1.2, 4, 0)),
  triangle: (pen, radius, colour) => fill(pen, colour, () => corners(pen, radius * 1.25, 3, radius * 0.2)),
};

export function disc(pen, radius, colour) {
  fill(pen, colour, () => pen.arc(0, 0, radius, 0, 2 * Math.PI));
}

function corners(pen, reach, count, down) {
  for (let corner = 0; corner < count; corner += 1) {
    const angle = (corner / count) * 2 * Math.PI - Math.PI / 2;
    pen.lineTo(reach * Math.cos(angle), reach * Math.sin(angle) + down);
  }
}

function fill(pen, colour, trace) {
  pen.fillStyle = colour;
  pen.beginPath();
  trace();
  pen.fill();
}
