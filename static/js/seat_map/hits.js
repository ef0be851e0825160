// What lies under a point of the plan: a section, a seat.
import { isInside } from "frontrow/seat_map/labels";

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
