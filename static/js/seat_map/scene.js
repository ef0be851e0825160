// What is drawn at this distance: far, sections with their words; near, the seats of the sections in view.
import { camera as makeCamera } from "frontrow/seat_map/camera";
import { frame } from "frontrow/seat_map/frame";
import { label } from "frontrow/seat_map/labels";
import { drawPlan } from "frontrow/seat_map/plan";
import { seatPainter } from "frontrow/seat_map/seats";

const NEAR_PX = 12; // a seat's pitch on the screen from which seats are worth drawing
const CHOOSE_PX = { mouse: 13, touch: 24, pen: 18 }; // and from which they can be hit; WCAG 2.2 asks 24 of a finger
const SMALL_HOUSE = 450; // seats; a house this small is seats from the start
const PAST_WHOLE = 1.3; // a large house shows its sections first, however large the screen
const FILL_MS = 5; // of each frame's sixteen for drawing seats that came into view
const BEYOND = 0.25; // share of the view beyond its edge where seats are drawn too
const PITCH = 10; // plan units between neighbours

export function scene(view, house, words, chosen) {
  const { svg, whole, sections, top } = drawPlan(house, view);
  const painter = seatPainter(house, chosen);
  const part = new Map(sections.flatMap((section) => section.numbers.map((number) => [number, section])));
  const stale = new Set();
  const wanted = new Set();
  let scale = 0;
  let wasWhole = true;
  let wasNear = null;
  let filling = null;

  const picture = frame(view, svg, whole, (at) => {
    const near = isNear();
    view.dataset.nearness = near ? "near" : "far";
    for (const section of sections) show(section, near && inView(section.box, at, camera.size()));
    if (at.scale !== scale || near !== wasNear) sections.forEach((section) => label(section, house, words, at.scale, near));
    [scale, wasNear] = [at.scale, near];
  });
  const camera = makeCamera(view, house.plan, (at) => {
    wasWhole = at.scale <= camera.wholeScale() * 1.01;
    picture.move(at);
  });
  const isNear = () => {
    const pitch = camera.at.scale * PITCH;
    return house.seats.size <= SMALL_HOUSE || (pitch >= NEAR_PX && camera.at.scale >= camera.wholeScale() * PAST_WHOLE);
  };
  const show = (section, visible) => {
    if (!visible) section.seats?.remove();
    else if (section.seats) section.seats.isConnected || section.group.append(section.seats);
    else wanted.add(section);
    if (wanted.size) filling ??= requestAnimationFrame(fillSome);
  };
  // A few sections at a time, so that a large house coming near never holds up the hand that moves it.
  const fillSome = () => {
    filling = null;
    const end = performance.now() + FILL_MS;
    for (const section of wanted) {
      wanted.delete(section);
      if (isNear() && inView(section.box, camera.at, camera.size())) painter.fillSection(section);
      if (performance.now() > end) break;
    }
    if (wanted.size) filling = requestAnimationFrame(fillSome);
  };
  const paint = (numbers, fresh) => {
    for (const number of numbers) {
      painter.paint(number, fresh);
      if (stale.size === 0) requestAnimationFrame(relabel);
      stale.add(part.get(number));
    }
  };
  const relabel = () => {
    stale.forEach((section) => label(section, house, words, camera.at.scale, isNear()));
    stale.clear();
  };
  const resizing = new ResizeObserver(() => camera.resized(wasWhole));
  resizing.observe(view);
  camera.whole(true);
  return {
    camera, sections, top, isNear, paint,
    canChoose: (pointer) => camera.at.scale * PITCH >= (CHOOSE_PX[pointer] ?? CHOOSE_PX.mouse),
    comeNear: (x, y) => camera.toward(x, y, (CHOOSE_PX.touch * 1.3) / PITCH),
    goInto: (section) => camera.into(section.box, Math.max((NEAR_PX * 1.2) / PITCH, camera.wholeScale() * PAST_WHOLE * 1.05)),
    stop: () => (picture.stop(), cancelAnimationFrame(filling), resizing.disconnect(), camera.stop(), svg.remove()),
  };
}

// In view, or near enough that a drag would bring it there.
function inView(box, at, { width, height }) {
  const [left, top] = [box.x * at.scale + at.x, box.y * at.scale + at.y];
  const [right, bottom] = [left + box.width * at.scale, top + box.height * at.scale];
  return left < width * (1 + BEYOND) && top < height * (1 + BEYOND) && right > -width * BEYOND && bottom > -height * BEYOND;
}
