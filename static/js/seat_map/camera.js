// Where we look from: scale and offset between plan units and pixels. Moves smoothly, never leaves the house.

const GLIDE_MS = 320; // long enough to keep one's bearings, short enough not to wait for
const NEAREST_PX = 64; // a seat's pitch on the screen at the closest
const MARGIN_PX = 14;
const PITCH = 10; // plan units between neighbours

export function camera(view, plan, onMove) {
  const at = { scale: 1, x: 0, y: 0 };
  let gliding = null;
  let drawing = null;
  const size = () => ({ width: view.clientWidth, height: view.clientHeight });
  const wholeScale = () => Math.min((size().width - 2 * MARGIN_PX) / plan.width, (size().height - 2 * MARGIN_PX) / plan.height);

  const set = (scale, x, y) => {
    const { width, height } = size();
    at.scale = clamp(scale, wholeScale(), NEAREST_PX / PITCH);
    at.x = keep(x, plan.width * at.scale, width);
    at.y = keep(y, plan.height * at.scale, height);
    drawing ??= requestAnimationFrame(() => {
      drawing = null;
      onMove(at);
    });
  };
  const zoom = (factor, px = size().width / 2, py = size().height / 2) => {
    const scale = clamp(at.scale * factor, wholeScale(), NEAREST_PX / PITCH);
    const grown = scale / at.scale;
    set(scale, px - (px - at.x) * grown, py - (py - at.y) * grown);
  };
  const glide = (scale, x, y) => {
    stop();
    const from = { ...at };
    const start = performance.now();
    const length = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : GLIDE_MS;
    const step = (now) => {
      const part = length ? Math.min(1, (now - start) / length) : 1;
      const eased = 1 - (1 - part) ** 3;
      set(mix(from.scale, scale, eased), mix(from.x, x, eased), mix(from.y, y, eased));
      gliding = part < 1 ? requestAnimationFrame(step) : null;
    };
    gliding = requestAnimationFrame(step);
  };
  const stop = () => (gliding = gliding && cancelAnimationFrame(gliding));
  const centre = (scale, x, y) => glide(scale, size().width / 2 - x * scale, size().height / 2 - y * scale);

  return {
    at,
    zoom: (factor, px, py) => (stop(), zoom(factor, px, py)),
    pan: (dx, dy) => (stop(), set(at.scale, at.x + dx, at.y + dy)),
    nearer: (factor) => centre(clamp(at.scale * factor, wholeScale(), NEAREST_PX / PITCH), ...middle(at, size())),
    toward: (x, y, scale = at.scale) => centre(Math.max(scale, at.scale), x, y),
    into: (box, least) => centre(Math.max(least, Math.min((size().width * 0.92) / box.width, (size().height * 0.9) / box.height)),
      box.x + box.width / 2, box.y + box.height / 2),
    whole: (now = false) => (now ? set(0, 0, 0) : glide(wholeScale(), 0, 0)),
    resized: (wasWhole) => (wasWhole ? set(0, 0, 0) : set(at.scale, at.x, at.y)),
    wholeScale,
    stop,
    size,
  };
}

const clamp = (value, least, most) => Math.max(Math.min(least, most), Math.min(most, value));
const mix = (from, to, part) => from + (to - from) * part;
const middle = (at, { width, height }) => [(width / 2 - at.x) / at.scale, (height / 2 - at.y) / at.scale];

// Smaller than the view: in its middle. Larger: no further in than its edge may go.
function keep(offset, length, room) {
  if (length <= room - 2 * MARGIN_PX) return (room - length) / 2;
  return clamp(offset, room - length - room / 4, room / 4);
}
