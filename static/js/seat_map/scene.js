// The canvas and when it is drawn: far, sections with their words over dots; near, the seats in view one by one.
import { camera as makeCamera } from "frontrow/seat_map/camera";
import { close as makeClose } from "frontrow/seat_map/close";
import { dots as makeDots } from "frontrow/seat_map/dots";
import { drawing } from "frontrow/seat_map/drawing";
import { isInView, seatsInView } from "frontrow/seat_map/geometry";
import { labels as makeLabels } from "frontrow/seat_map/labels";
import { lettering } from "frontrow/seat_map/lettering";
import { marks } from "frontrow/seat_map/marks";
import { palette } from "frontrow/seat_map/palette";

const NEAR_PX = 6.5; // a seat's pitch on the screen from which seats are drawn one by one, if they are
const MOST_SEATS = 4500; // or fewer
const MOST_STAMPS = 800; // as many as a slow machine draws in half a frame; more are moved as a picture
const SURE_PX = 12; // and from which they are in any case
const CHOOSE_PX = { mouse: 13, touch: 24, pen: 18 }; // and from which they can be hit; WCAG 2.2 asks 24 of a finger
const SMALL_HOUSE = 450; // seats; a house this small is seats from the start
const PAST_WHOLE = 1.3; // a large house shows its sections first, however large the screen
const MOST_RATIO = 2; // device pixels to one of ours that are worth drawing
const REST_MS = 140;
const MOST_FRESH = 60; // rings at a time; more is a flicker, not news
const PITCH = 10; // plan units between neighbours

export function scene(view, house, words, picked) {
  const { plan } = house;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  view.append(canvas);
  const colours = palette(view);
  const kindOf = (number) => (picked.has(number) ? "chosen" : house.stateOf(number));
  const stamp = marks(colours);
  const dots = makeDots(plan, kindOf, stamp, colours, () => draw());
  const close = makeClose(plan, kindOf, stamp, () => draw());
  const letters = lettering(colours, () => now.ratio);
  const labels = makeLabels(house, words, letters, colours);
  const paintFrame = drawing(plan, house, { kindOf, stamp, dots, close, labels, letters, colours });
  const now = { pen: canvas.getContext("2d"), ratio: 1, resting: true, near: false, pointed: null, cursor: null, fresh: new Map(), sections: [] };
  let [waiting, resting, wasWhole, told] = [null, null, true, null];

  const draw = () => (waiting ??= requestAnimationFrame(paintNow));
  const paintNow = () => {
    waiting = null;
    now.sections = plan.sections.filter((section) => isInView(section.box, camera.at, now.size));
    [now.near, now.whole] = [isNear(), camera.wholeScale()];
    now.isStamped = now.near && seatsInView(now.sections, camera.at, now.size) <= MOST_STAMPS;
    view.dataset.nearness = now.near ? "near" : "far";
    if (paintFrame(now)) draw();
    if (told) performance.mark("seats-drawn", { detail: told });
    told = null;
  };
  const camera = makeCamera(view, plan, (at) => {
    wasWhole = at.scale <= camera.wholeScale() * 1.01;
    now.resting = false;
    clearTimeout(resting);
    resting = setTimeout(rest, REST_MS);
    draw();
  });
  const rest = () => {
    now.resting = true;
    if (isNear()) close.begin(now);
    view.dataset.at = [camera.at.scale, camera.at.x, camera.at.y].map((value) => value.toFixed(4)).join(" ");
    draw();
  };
  const isNear = () => {
    const { at } = camera;
    if (plan.size <= SMALL_HOUSE) return true;
    if (at.scale < camera.wholeScale() * PAST_WHOLE || at.scale * PITCH < NEAR_PX) return false;
    return at.scale * PITCH >= SURE_PX || seatsInView(now.sections, at, now.size) <= MOST_SEATS;
  };
  const fit = () => {
    const [size, ratio] = [camera.measure(), Math.min(devicePixelRatio, MOST_RATIO)];
    if (size.width === now.size?.width && size.height === now.size.height && ratio === now.ratio) return;
    [now.size, now.ratio] = [size, ratio];
    [canvas.width, canvas.height] = [now.size.width, now.size.height].map((side) => Math.round(side * now.ratio));
    [letters, close].forEach((kept) => kept.forget());
    dots.prepare(camera.wholeScale() * now.ratio);
    camera.resized(wasWhole);
    rest();
  };
  const paint = (numbers, isNews) => {
    [dots, close].forEach((pictures) => pictures.repaint(numbers));
    labels.forget(new Set(numbers.map((number) => plan.sections.find((section) => number <= section.last))));
    for (const number of isNews ? numbers.slice(0, MOST_FRESH - now.fresh.size) : []) now.fresh.set(number, performance.now());
    if (isNews) [told] = [numbers, performance.clearMarks("seats-drawn")];
    draw();
  };
  now.at = camera.at;
  const resizing = new ResizeObserver(fit);
  resizing.observe(view);
  fit();
  return {
    camera, isNear, paint,
    show: (changed) => (Object.assign(now, changed), draw()),
    inView: () => now.sections,
    canChoose: (pointer) => camera.at.scale * PITCH >= (CHOOSE_PX[pointer] ?? CHOOSE_PX.mouse),
    comeNear: (x, y) => camera.toward(x, y, (CHOOSE_PX.touch * 1.3) / PITCH),
    goInto: (section) => camera.into(section.box, Math.max((SURE_PX * 1.2) / PITCH, camera.wholeScale() * PAST_WHOLE * 1.05)),
    stop: () => (resizing.disconnect(), clearTimeout(resting), cancelAnimationFrame(waiting), camera.stop(), dots.stop(), close.stop(), canvas.remove()),
  };
}
