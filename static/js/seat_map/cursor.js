// The map by keyboard: arrows point at a section, or near at a seat; Enter goes in and chooses; Escape comes back out.
import { draw } from "frontrow/seat_map/svg";

const ZOOM = 1.5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 2.4; // how much dearer a step sideways is than one in the arrow's direction

// map: {sections, seats, top, camera, isNear(), say(point), enter(section), choose(seat), out()}
export function cursor(view, map) {
  const ring = draw("circle", { class: "seat-pointer", r: 6, visibility: "hidden" }, map.top);
  let section = null;
  let seat = null;

  const point = (next) => {
    if (!next) return;
    if (map.isNear()) {
      seat = next;
      for (const [name, value] of Object.entries({ cx: seat.x, cy: seat.y, visibility: "visible" })) ring.setAttribute(name, value);
      map.camera.toward(seat.x, seat.y);
    } else {
      if (section) delete section.group.dataset.pointed;
      section = next;
      section.group.dataset.pointed = "yes";
    }
    map.say(next);
  };
  const step = (direction) => {
    if (!map.isNear()) return point(nearest(map.sections, section, direction, (part) => part.at) ?? map.sections[0]);
    const [from, near] = [seat ?? middle(), seatsNear(map)];
    return point(nearest(near, from, direction, (one) => [one.x, one.y]));
  };
  const middle = () => {
    const { at, size } = map.camera;
    return { x: (size().width / 2 - at.x) / at.scale, y: (size().height / 2 - at.y) / at.scale };
  };
  const enter = () => {
    if (map.isNear()) return seat && map.choose(seat.number);
    return section && map.enter(section);
  };
  const press = (event) => {
    if (event.target !== view || event.altKey || event.metaKey || event.ctrlKey) return;
    const act = ARROWS[event.key] ? () => step(ARROWS[event.key])
      : { "+": () => map.camera.nearer(ZOOM), "=": () => map.camera.nearer(ZOOM), "-": () => map.camera.nearer(1 / ZOOM),
          0: map.out, Escape: map.out, Enter: enter, " ": enter }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  view.addEventListener("keydown", press);
  return {
    forget: () => {
      seat = null;
      ring.setAttribute("visibility", "hidden");
    },
    stop: () => view.removeEventListener("keydown", press),
  };
}

// Every seat of the sections that are drawn near; the others are out of reach of one step.
function seatsNear(map) {
  return map.sections.filter((part) => part.seats?.isConnected).flatMap((part) => part.numbers.map((number) => map.seats.get(number)));
}

function nearest(all, from, [dx, dy], place) {
  if (!from) return null;
  const [x, y] = "x" in from ? [from.x, from.y] : place(from);
  let [best, least] = [null, Infinity];
  for (const one of all) {
    const [ox, oy] = place(one);
    const along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const cost = along + aside * ASIDE;
    if (along > 0.5 && cost < least) [best, least] = [one, cost];
  }
  return best;
}
