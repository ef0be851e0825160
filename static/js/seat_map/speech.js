// What a seat or a section is called, what it costs and how it stands: the same words for the eye, the ear and the tests.
import { seatAt, seatOf, sectionAt } from "frontrow/seat_map/geometry";
import { seatName } from "frontrow/seat_map/sheet";
import { counted, fill, money } from "frontrow/words";

export function speech(house, words, picked) {
  const ofSeat = (seat) => {
    const state = picked.has(seat.number) ? "chosen" : house.stateOf(seat.number);
    return `${seatName(seat, words)}, ${seat.gradeName}, ${money(seat.price)}, ${words.states[state]}`;
  };
  const ofSection = (section) => fill(words.section, {
    section: section.name, left: counted(words.left, house.left(section)), price: fill(words.from, { price: money(section.from) }) });
  const of = (one) => ("number" in one ? ofSeat(one) : ofSection(one));
  // What lies under a point of the plan; null for nothing.
  const at = (scene, x, y) => {
    if (!scene.isNear()) return ((section) => section && ofSection(section))(sectionAt(house.plan, x, y));
    const number = seatAt(house.plan, x, y);
    return number && ofSeat(seatOf(house.plan, number));
  };
  return { of, at };
}
