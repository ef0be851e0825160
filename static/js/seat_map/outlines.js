// The stage and the outlines of the sections, in plan units: the pen is scaled.

const LEAST_PX = 11; // of the stage's name on the screen, if the stage has room for it

export function outlines(plan, house, colours) {
  const shapes = new Map(plan.sections.map((section) => [section, shapeOf(section.outline)]));
  const bow = bowOf(plan.stage);

  const section = (pen, one, { at, near, pointed }) => {
    const isGone = house.left(one) === 0;
    pen.globalAlpha = near ? 0.6 : isGone ? 0.35 : 1;
    pen.fillStyle = pointed === one ? colours.sunken : colours.surface;
    pen.fill(shapes.get(one));
    pen.globalAlpha = near || isGone ? 0.6 : 1;
    pen.strokeStyle = pointed === one ? colours.ink : near || isGone ? colours.rule : one.grade === null ? colours.edge : colours.grade(one.grade);
    pen.lineWidth = (pointed === one ? 2 : 1) / at.scale;
    pen.stroke(shapes.get(one));
    pen.globalAlpha = 1;
  };
  const stage = (pen, scale) => {
    const { x, y, width, height, label } = plan.stage;
    pen.fillStyle = colours.sunken;
    pen.fill(bow);
    pen.strokeStyle = colours.edge;
    pen.lineWidth = 1 / scale;
    pen.stroke(bow);
    pen.fillStyle = colours["ink-soft"];
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `620 ${Math.min(Math.max(height * 0.34, LEAST_PX / scale), height * 0.7, width * 0.2)}px ${colours.family}`;
    pen.fillText(label, x + width / 2, y + height * 0.5);
  };
  return { section, stage };
}

function shapeOf(outline) {
  const path = new Path2D();
  outline.forEach(([x, y], place) => (place ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
  return path;
}

// A stage's front edge bends towards the house.
function bowOf({ x, y, width, height }) {
  const sag = height * 0.22;
  return new Path2D(`M${x} ${y}h${width}v${height - sag}q${-width / 2} ${2 * sag} ${-width} 0z`);
}
