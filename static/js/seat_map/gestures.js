// Fingers, mouse and wheel over the map: drag, pinch, zoom, and a tap that was none of those.

const TAP_PX = 8; // a finger that moved less than this did not mean to drag
const WHEEL_STEP = 0.0022; // zoom for each unit of wheel travel: one notch is about a quarter
const PINCH_STEP = 0.011; // a trackpad pinch comes as a wheel with ctrl, in much smaller units
const LINE_PX = 16; // a wheel that counts in lines

// onTap(point, pointerType): a point of the view, in pixels.
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
