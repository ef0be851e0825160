// The drawing on the screen. On the move it travels as one finished picture; when it rests, or has gone too far, it is drawn anew.

const REST_MS = 90; // no movement for this long is rest
const OVERSCAN = 0.25; // share of the view drawn beyond each edge, as in seat-plan.css, so that a drag does not bare the ground
const GROWN = 1.7; // times its drawn size: beyond this the picture is too coarse, or too small to fill the view

// redraw(at) is called each time the drawing is drawn anew.
export function frame(view, svg, whole, redraw) {
  let drawn = null;
  let resting = null;

  const drawAnew = (at) => {
    clearTimeout(resting);
    drawn = { ...at };
    const [left, top] = [view.clientWidth * OVERSCAN, view.clientHeight * OVERSCAN];
    svg.style.transform = "";
    whole.setAttribute("transform", `translate(${at.x + left} ${at.y + top}) scale(${at.scale})`);
    redraw(drawn);
  };
  const move = (at) => {
    const grown = drawn && at.scale / drawn.scale;
    const [x, y] = drawn ? [at.x - drawn.x * grown, at.y - drawn.y * grown] : [0, 0];
    if (!drawn || far(grown, x, y)) return drawAnew(at);
    // The picture's own corner lies outside the view by the overscan.
    const [left, top] = [view.clientWidth * OVERSCAN, view.clientHeight * OVERSCAN];
    svg.style.transform = `translate(${x + left * (1 - grown)}px, ${y + top * (1 - grown)}px) scale(${grown})`;
    clearTimeout(resting);
    resting = setTimeout(drawAnew, REST_MS, { ...at });
    return undefined;
  };
  const far = (grown, x, y) => {
    if (grown > GROWN || grown < 1 / GROWN) return true;
    const [width, height] = [view.clientWidth, view.clientHeight];
    const edges = [x - width * OVERSCAN * grown, y - height * OVERSCAN * grown];
    const bare = edges[0] > 0 || edges[1] > 0 || edges[0] + width * (1 + 2 * OVERSCAN) * grown < width
      || edges[1] + height * (1 + 2 * OVERSCAN) * grown < height;
    return bare && grown >= 1;
  };
  return { move, stop: () => clearTimeout(resting) };
}
