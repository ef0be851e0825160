// Where we look from: scale and offset between plan units and pixels. Moves smoothly, never leaves the house.

const GLIDE_MS = 320; // long enough to keep one's bearings, short enough not to wait for
const FOLLOW = 0.32; // share of the way to where the wheel wants to be that is gone in each frame
const NEAREST_PX = 64; // a seat's pitch on the screen at the closest
const MARGIN_PX = 14;
const PITCH = 10; // plan units between neighbours

export function camera(view, plan, onMove) {
  const at = { scale: 1, x: 0, y: 0 };
  let gliding = null;
  let wanted = null;
  // Kept: asking the browser for a size makes it lay out the page.
  const measured = () => ({ width: view.clientWidth, height: view.clientHeight });
  let room = measured();
  const size = () => room;
  const wholeScale = () => Math.min((size().width - 2 * MARGIN_PX) / plan.width, (size().height - 2 * MARGIN_PX) / plan.height);
  const bound = (scale) => clamp(scale, wholeScale(), NEAREST_PX / PITCH);

  const set = (scale, x, y) => {
    const { width, height } = size();
    at.scale = bound(scale);
    at.x = keep(x, plan.width * at.scale, width);
    at.y = keep(y, plan.height * at.scale, height);
    onMove(at);
  };
  const zoom = (scale, px, py) => {
    const grown = bound(scale) / at.scale;
    set(bound(scale), px - (px - at.x) * grown, py - (py - at.y) * grown);
  };
  const stop = () => {
    wanted = null;
    gliding = gliding && cancelAnimationFrame(gliding);
  };
  const glide = (scale, x, y) => {
    stop();
    const from = { ...at };
    const start = performance.now();
    const length = isCalm() ? 0 : GLIDE_MS;
    const step = (now) => {
      const part = length ? clamp((now - start) / length, 0, 1) : 1;
      const eased = 1 - (1 - part) ** 3;
      // The scale grows by shares, not by steps: so the way in looks as fast at its end as at its start.
      const scaled = from.scale * (scale / from.scale) ** eased;
      const way = scale === from.scale ? eased : (scaled - from.scale) / (scale - from.scale);
      set(scaled, mix(from.x, x, way), mix(from.y, y, way));
      gliding = part < 1 ? requestAnimationFrame(step) : null;
    };
    gliding = requestAnimationFrame(step);
  };
  // A wheel comes in jolts; the house follows it in every frame.
  const follow = () => {
    const near = Math.abs(Math.log(wanted.scale / at.scale)) < 0.004;
    zoom(near || isCalm() ? wanted.scale : at.scale * (wanted.scale / at.scale) ** FOLLOW, wanted.px, wanted.py);
    if (near || isCalm()) wanted = null;
    gliding = wanted && requestAnimationFrame(follow);
  };
  const wheel = (factor, px, py) => {
    const scale = bound((wanted?.scale ?? at.scale) * factor);
    if (!wanted) stop();
    wanted = { scale, px, py };
    gliding ??= requestAnimationFrame(follow);
  };
  const centre = (scale, x, y) => glide(scale, size().width / 2 - x * scale, size().height / 2 - y * scale);
  const middle = () => [(size().width / 2 - at.x) / at.scale, (size().height / 2 - at.y) / at.scale];

  return {
    at, size, stop, wheel, wholeScale,
    zoom: (factor, px, py) => (stop(), zoom(at.scale * factor, px, py)),
    pan: (dx, dy) => (stop(), set(at.scale, at.x + dx, at.y + dy)),
    nearer: (factor) => centre(bound(at.scale * factor), ...middle()),
    toward: (x, y, scale = at.scale) => centre(bound(Math.max(scale, at.scale)), x, y),
    into: (box, least) => centre(bound(Math.max(least, Math.min((size().width * 0.92) / box.width, (size().height * 0.9) / box.height))),
      box.x + box.width / 2, box.y + box.height / 2),
    looking: () => [at.scale, ...middle()],
    look: (scale, x, y) => (stop(), (room = measured()), set(scale, size().width / 2 - x * bound(scale), size().height / 2 - y * bound(scale))),
    isWhole: () => at.scale <= wholeScale() * 1.01,
    whole: (now = false) => (now ? set(0, 0, 0) : glide(wholeScale(), ...home(plan, wholeScale(), size()))),
    measure: () => (room = measured()),
    resized: (wasWhole) => (wasWhole ? set(0, 0, 0) : set(at.scale, at.x, at.y)),
    place: (px, py) => [(px - at.x) / at.scale, (py - at.y) / at.scale],
  };
}

// Whether whoever looks asked for stillness.
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const clamp = (value, least, most) => Math.max(Math.min(least, most), Math.min(most, value));
const mix = (from, to, part) => from + (to - from) * part;
const home = (plan, scale, { width, height }) => [(width - plan.width * scale) / 2, (height - plan.height * scale) / 2];

// Smaller than the view: in its middle. Larger: no further in than its edge may go.
function keep(offset, length, room) {
  if (length <= room - 2 * MARGIN_PX) return (room - length) / 2;
  return clamp(offset, room - length - room / 4, room / 4);
}
