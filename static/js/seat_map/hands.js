// The fan's hands: fingers, mouse and wheel over the map, and the keyboard.
import { seatOf } from "frontrow/seat_map/geometry";

const TAP_PX = 8; // a finger that moved less than this did not mean to drag
const WHEEL_STEP = 0.0022; // zoom for each unit of wheel travel: one notch is about a quarter
const PINCH_STEP = 0.011; // a trackpad pinch comes as a wheel with ctrl, in much smaller units
const LINE_PX = 16; // a wheel that counts in lines
const ZOOM = 1.5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 2.4; // how much dearer a step sideways is than one in the arrow's direction

// Drag, pinch, zoom, and a tap that was none of those. onTap(point, pointerType): a point of the view, in pixels.
export function gestures(view, camera, onTap) {
  const fingers = new Map();
  let moved = 0;
  let pinched = false;

  const down = (event) => {
    if (event.button) return;
    camera.stop();
    if (fingers.size === 0) [moved, pinched] = [0, false];
    fingers.set(event.pointerId, here(view, event));
    view.setPointerCapture(event.pointerId);
    pinched ||= fingers.size > 1;
  };
  const move = (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const next = here(view, event);
    moved += Math.hypot(next.x - last.x, next.y - last.y);
    if (fingers.size === 2) pinch(camera, fingers, event.pointerId, next);
    else if (moved > TAP_PX) camera.pan(next.x - last.x, next.y - last.y);
    fingers.set(event.pointerId, next);
  };
  const up = (event) => {
    const last = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (last && event.type === "pointerup" && moved <= TAP_PX && !pinched) onTap(last, event.pointerType);
  };
  const wheel = (event) => {
    event.preventDefault();
    const { x, y } = here(view, event);
    const travel = event.deltaY * (event.deltaMode ? LINE_PX : 1);
    camera.wheel(Math.exp(-travel * (event.ctrlKey ? PINCH_STEP : WHEEL_STEP)), x, y);
  };
  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, wheel };
  for (const [name, listener] of Object.entries(listeners)) view.addEventListener(name, listener, { passive: false });
  return () => Object.entries(listeners).forEach(([name, listener]) => view.removeEventListener(name, listener));
}

function pinch(camera, fingers, id, next) {
  const last = fingers.get(id);
  const [other] = [...fingers].filter(([key]) => key !== id).map(([, point]) => point);
  const before = Math.hypot(last.x - other.x, last.y - other.y) || 1;
  const after = Math.hypot(next.x - other.x, next.y - other.y);
  camera.zoom(after / before, (next.x + other.x) / 2, (next.y + other.y) / 2);
  camera.pan((next.x - last.x) / 2, (next.y - last.y) / 2);
}

function here(view, event) {
  const box = view.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

// Arrows point at a section, or near at a seat; Enter goes in and chooses; Escape comes back out.
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
