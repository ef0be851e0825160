// Elements of a drawing.

const SVG = "http://www.w3.org/2000/svg";

export function draw(name, attributes = {}, parent = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

export function boxOf(points) {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

// Where a vertical line at x first meets an outline, from above.
export function topOf(points, x) {
  const meets = points.flatMap(([x1, y1], place) => {
    const [x2, y2] = points[(place + 1) % points.length];
    return (x1 <= x) === (x2 <= x) ? [] : [y1 + ((x - x1) * (y2 - y1)) / (x2 - x1)];
  });
  return Math.min(...meets, ...(meets.length ? [] : points.map((point) => point[1])));
}
