// Words as stamps: letters with a halo are the dearest thing to draw, and the same ones come in every frame.

const MOST_STAMPS = 1200; // about what a screen shows of places and names, with room to spare
const SECOND = 0.86; // the size of the lines under the first
const LINE = 1.24; // from one line to the next, in sizes
const HALO = 0.42;
const MEASURED_PX = 100; // the size in which words are measured, once: letters grow evenly

export function lettering(colours, ratio) {
  const stamps = new Map();
  const widths = new Map();
  const pen = document.createElement("canvas").getContext("2d");
  const weightOf = (row, weight) => (row ? 520 : weight);
  const sizeOf = (row, size) => (row ? size * SECOND : size);
  const font = (weight, size) => `${weight} ${size}px ${colours.family}`;

  const share = (line, weight) => {
    const key = `${weight} ${line}`;
    if (widths.has(key)) return widths.get(key);
    if (widths.size >= MOST_STAMPS) widths.clear();
    pen.font = font(weight, MEASURED_PX);
    widths.set(key, pen.measureText(line).width / MEASURED_PX);
    return widths.get(key);
  };
  const widthOf = (lines, size, weight = 680) =>
    Math.max(...lines.map((line, row) => share(line, weightOf(row, weight)) * sizeOf(row, size))) + size * HALO;
  // style: {ink, halo, weight, plate}; the halo is left out where there is none, the plate lies under all lines.
  const stampOf = (lines, size, { ink, halo, weight = 680, plate = 0 }) => {
    const key = `${lines.join("\n")} ${size} ${ink} ${halo} ${plate}`;
    if (stamps.has(key)) return stamps.get(key);
    if (stamps.size >= MOST_STAMPS) stamps.clear();
    const canvas = document.createElement("canvas");
    const [width, height] = [widthOf(lines, size, weight) + 2, lines.length * size * LINE + 4];
    [canvas.width, canvas.height] = [Math.ceil(width * ratio()), Math.ceil(height * ratio())];
    const to = canvas.getContext("2d");
    to.scale(ratio(), ratio());
    [to.textAlign, to.textBaseline, to.lineJoin] = ["center", "middle", "round"];
    if (plate) drawPlate(to, width, height, size / 2, halo, plate);
    lines.forEach((line, row) => {
      const down = height / 2 + (row - (lines.length - 1) / 2) * size * LINE;
      to.font = font(weightOf(row, weight), sizeOf(row, size));
      [to.strokeStyle, to.lineWidth] = [halo, size * HALO];
      if (halo) to.strokeText(line, width / 2, down);
      to.fillStyle = row ? colours["ink-soft"] : ink;
      to.fillText(line, width / 2, down);
    });
    stamps.set(key, canvas);
    return canvas;
  };
  // Around the point, in the pixels of the view, on a pen that counts device pixels.
  const write = (to, lines, size, style, x, y, turn = 0) => {
    const stamp = stampOf(lines, size, style);
    const [px, py] = [Math.round(x * ratio()), Math.round(y * ratio())];
    if (!turn) return to.drawImage(stamp, px - (stamp.width >> 1), py - (stamp.height >> 1));
    to.save();
    to.translate(px, py);
    to.rotate(turn);
    to.drawImage(stamp, -(stamp.width >> 1), -(stamp.height >> 1));
    return to.restore();
  };
  return { write, widthOf, heightOf: (lines, size) => lines.length * size * LINE, forget: () => [stamps, widths].forEach((kept) => kept.clear()) };
}

function drawPlate(to, width, height, round, colour, alpha) {
  to.save();
  [to.globalAlpha, to.fillStyle] = [alpha, colour];
  to.beginPath();
  to.roundRect(0, 0, width, height, round);
  to.fill();
  to.restore();
}
