// What lies under a point of the plan, a section or a seat, and what of the house lies within the view.

const REACH = 5.5; // plan units from a seat's middle: a little more than half the way to its neighbour

export const sectionAt = (plan, x, y) => plan.sections.find((section) => isInside(section.outline, x, y)) ?? null;

// The number of the seat nearest to the point, or null.
export function seatAt(plan, x, y) {
  let [best, least] = [null, REACH];
  for (const section of plan.sections) {
    const { box } = section;
    if (x < box.x - REACH || y < box.y - REACH || x > box.x + box.width + REACH || y > box.y + box.height + REACH) continue;
    for (let number = section.first; number <= section.last; number += 1) {
      const away = Math.hypot(plan.x[number] - x, plan.y[number] - y);
      if (away < least) [best, least] = [number, away];
    }
  }
  return best;
}

export function isInside(outline, x, y) {
  let inside = false;
  outline.forEach(([x1, y1], place) => {
    const [x2, y2] = outline[(place + 1) % outline.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  });
  return inside;
}

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
