// What is drawn at this distance: far, sections with their words; near, the seats of the sections in view.
import { camera as makeCamera } from "frontrow/seat_map/camera";
import { label } from "frontrow/seat_map/labels";
import { drawPlan } from "frontrow/seat_map/plan";
import { seatPainter } from "frontrow/seat_map/seats";

const NEAR_PX = 12; // a seat's pitch on the screen from which seats are worth drawing
const CHOOSE_PX = { mouse: 13, touch: 24, pen: 18 }; // and from which they can be hit; WCAG 2.2 asks 24 of a finger
const SMALL_HOUSE = 450; // seats; a house this small is seats from the start
const PAST_WHOLE = 1.3; // a large house shows its sections first, however large the screen
const PITCH = 10; // plan units between neighbours

export function scene(view, house, words, chosen) {
  const { svg, whole, sections, top } = drawPlan(house, view);
  const painter = seatPainter(house, chosen);
  const part = new Map(sections.flatMap((section) => section.numbers.map((number) => [number, section])));
  const stale = new Set();
  let scale = 0;
  let wasWhole = true;

  const camera = makeCamera(view, house.plan, (at) => {
    whole.setAttribute("transform", `translate(${at.x} ${at.y}) scale(${at.scale})`);
    wasWhole = at.scale <= camera.wholeScale() * 1.01;
    const near = isNear();
    view.dataset.nearness = near ? "near" : "far";
    for (const section of sections) show(section, near && inView(section.box, at, camera.size()));
    if (at.scale !== scale) sections.forEach((section) => label(section, house, words, at.scale, near));
    scale = at.scale;
  });
  const isNear = () => {
    const pitch = camera.at.scale * PITCH;
    return house.seats.size <= SMALL_HOUSE || (pitch >= NEAR_PX && camera.at.scale >= camera.wholeScale() * PAST_WHOLE);
  };
  const show = (section, visible) => {
    if (visible && !section.seats) painter.fillSection(section);
    if (visible && !section.seats.isConnected) section.group.append(section.seats);
    if (!visible) section.seats?.remove();
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
    stop: () => (resizing.disconnect(), camera.stop(), svg.remove()),
  };
}

function inView(box, at, { width, height }) {
  const [left, top] = [box.x * at.scale + at.x, box.y * at.scale + at.y];
  return left < width && top < height && left + box.width * at.scale > 0 && top + box.height * at.scale > 0;
}
