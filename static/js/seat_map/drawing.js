// One frame of the house on a canvas: the stage, the sections, their seats near or as dots, and what was just changed.
import { isCalm } from "frontrow/seat_map/camera";
import { names as makeNames } from "frontrow/seat_map/names";
import { outlines as makeOutlines } from "frontrow/seat_map/outlines";

const RADIUS = 4; // plan units; neighbours are ten apart
const PITCH = 10;
const FAINT = 0.62; // how strong seats are in the whole house
const FRESH_MS = 1100; // a seat that just changed is ringed this long
const FRESH_REACH = 2.6; // and the ring goes this far out, in radii, or for who wants stillness
const STILL = 0.6; // stays here and only fades
const FRESH_PX = 4; // even where seats are dots

export function drawing(plan, house, { kindOf, stamp, dots, close, labels, letters, colours }) {
  const outlines = makeOutlines(plan, house, colours);
  const names = makeNames(plan, kindOf, letters, colours);

  // scene: {pen, at, whole, ratio, size, sections, near, isStamped, resting, pointed, cursor, fresh}. Returns whether there is more to come.
  return (scene) => {
    const { pen, at, ratio, size, sections, near } = scene;
    const [scale, x, y] = [at.scale * ratio, at.x * ratio, at.y * ratio];
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, size.width * ratio, size.height * ratio);
    pen.setTransform(scale, 0, 0, scale, x, y);
    outlines.stage(pen, at.scale);
    for (const section of sections) outlines.section(pen, section, scene);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (scene.isStamped) for (const section of sections) seats(scene, section, scale, x, y);
    else {
      // From afar the words come first; on the way in the seats do.
      pen.globalAlpha = near ? 1 : Math.min(1, FAINT * (at.scale / scene.whole));
      // On the move nobody sees a smooth edge, and it costs half the frame.
      pen.imageSmoothingEnabled = scene.resting;
      dots.show(pen, scale, x, y);
      if (near) close.show(pen, scale, x, y);
      pen.globalAlpha = 1;
    }
    if (near) for (const section of sections) names(section, scene);
    for (const section of sections) labels[near ? "near" : "far"](pen, section, at, size);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (scene.cursor) ring(scene, scene.cursor, Math.max(5, RADIUS * at.scale * 1.55), colours.focus);
    return rings(scene);
  };

  function seats({ pen, size, ratio }, section, scale, x, y) {
    const [reach, right, below] = [PITCH * scale, size.width * ratio, size.height * ratio];
    for (let number = section.first; number <= section.last; number += 1) {
      const [px, py] = [plan.x[number] * scale + x, plan.y[number] * scale + y];
      if (px < -reach || py < -reach || px > right + reach || py > below + reach) continue;
      const mark = stamp(kindOf(number), plan.grade[number], RADIUS * scale);
      pen.drawImage(mark, Math.round(px - mark.width / 2), Math.round(py - mark.height / 2));
    }
  }
  // Somebody's hold, before one's eyes.
  function rings(scene) {
    const now = performance.now();
    for (const [number, since] of scene.fresh) {
      const part = Math.max(0, (now - since) / FRESH_MS);
      if (part >= 1) scene.fresh.delete(number);
      scene.pen.globalAlpha = Math.max(0, 1 - part);
      ring(scene, number, Math.max(FRESH_PX, RADIUS * scene.at.scale) * (1 + (isCalm() ? STILL : part * FRESH_REACH)), colours.ink);
    }
    scene.pen.globalAlpha = 1;
    return scene.fresh.size > 0;
  }
  function ring({ pen, at }, number, radius, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(plan.x[number] * at.scale + at.x, plan.y[number] * at.scale + at.y, radius, 0, 2 * Math.PI);
    pen.stroke();
  }
}
