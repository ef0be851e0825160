// The map by keyboard: arrows point at a section, or near at a seat; Enter goes in and chooses; Escape comes back out.
import { seatOf } from "frontrow/seat_map/geometry";

const ZOOM = 1.5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 2.4; // how much dearer a step sideways is than one in the arrow's direction

// map: {plan, scene, say(section or seat), enter(section), choose(number), out()}
export function cursor(view, { plan, scene, say, enter, choose, out }) {
  const { camera } = scene;
  let section = null;
  let seat = null;

  const pointAt = (number) => {
    if (!number) return;
    seat = number;
    scene.show({ cursor: seat });
    camera.toward(plan.x[seat], plan.y[seat]);
    say(seatOf(plan, seat));
  };
  const pointInto = (next) => {
    section = next;
    scene.show({ pointed: section });
    say(section);
  };
  const step = (direction) => {
    if (scene.isNear()) return pointAt(nearest(seatsOf(scene.inView()), seat ? spot(seat) : middle(), direction, spot, seat));
    return pointInto(section ? nearest(plan.sections, section.label, direction, (one) => one.label, section) ?? section : plan.sections[0]);
  };
  const spot = (number) => [plan.x[number], plan.y[number]];
  const middle = () => camera.place(camera.size().width / 2, camera.size().height / 2);
  const act = () => {
    if (scene.isNear()) return seat && choose(seat);
    return section && enter(section);
  };
  const acts = { "+": () => camera.nearer(ZOOM), "=": () => camera.nearer(ZOOM), "-": () => camera.nearer(1 / ZOOM),
    0: out, Escape: out, Enter: act, " ": act };
  const press = (event) => {
    if (event.target !== view || event.altKey || event.metaKey || event.ctrlKey) return;
    const done = ARROWS[event.key] ? () => step(ARROWS[event.key]) : acts[event.key];
    if (!done) return;
    event.preventDefault();
    done();
  };
  view.addEventListener("keydown", press);
  return {
    forget: () => {
      seat = null;
      scene.show({ cursor: null });
    },
    stop: () => view.removeEventListener("keydown", press),
  };
}

// Every seat of the sections in view; the others are out of reach of one step.
const seatsOf = (sections) => sections.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, place) => first + place));

function nearest(all, [x, y], [dx, dy], place, from) {
  let [best, least] = [null, Infinity];
  for (const one of all) {
    if (one === from) continue;
    const [ox, oy] = place(one);
    const along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const cost = along + aside * ASIDE;
    if (along > 0.5 && cost < least) [best, least] = [one, cost];
  }
  return best;
}
