// What of the house lies within the view.

export const isInView = ({ x, y, width, height }, at, size) =>
  x * at.scale + at.x < size.width && y * at.scale + at.y < size.height
  && (x + width) * at.scale + at.x > 0 && (y + height) * at.scale + at.y > 0;

// About how many seats: of each section as large a share as of its box.
export function seatsInView(sections, at, size) {
  return sections.reduce((sum, { box, first, last }) => {
    const across = overlap(box.x * at.scale + at.x, box.width * at.scale, size.width);
    const down = overlap(box.y * at.scale + at.y, box.height * at.scale, size.height);
    return sum + (last - first + 1) * across * down;
  }, 0);
}

const overlap = (start, length, room) => Math.max(0, Math.min(start + length, room) - Math.max(start, 0)) / length;
