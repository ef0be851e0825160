// The seat map: joins the house, its drawing, the fan's hands and the live changes.
import { cursor } from "frontrow/seat_map/cursor";
import { follow } from "frontrow/seat_map/following";
import { gestures } from "frontrow/seat_map/gestures";
import { holding, tellIn } from "frontrow/seat_map/holding";
import { openHouse, TurnOver } from "frontrow/seat_map/house";
import { scene as makeScene } from "frontrow/seat_map/scene";
import { selection } from "frontrow/seat_map/selection";
import { seatName, sheet } from "frontrow/seat_map/sheet";
import { counted, fill, money, wordsOf } from "frontrow/words";

const ZOOM = 1.6; // one press of a zoom button

export function connect(root) {
  const words = wordsOf(root);
  const stops = [];
  let gone = false;
  for (const part of ["wait", "tools"]) root.querySelector(`[data-part=${part}]`).hidden = false;
  openHouse(root.dataset.planUrl, root.dataset.seatsUrl).then(
    (house) => gone || stops.push(...open(root, house, words)),
    (error) => failed(root, words, error),
  );
  return () => {
    gone = true;
    stops.forEach((stop) => stop());
  };
}

function open(root, house, words) {
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const view = part("view");
  const limit = Number(root.dataset.limit);
  const say = (sentence) => (part("said").textContent = sentence);
  const tell = (sentence) => tellIn(document.getElementById("booking-notices"), sentence);
  const over = () => location.assign(root.dataset.turnUrl);
  const free = (number) => house.stateOf(number) === "free";

  const picked = selection(limit, JSON.parse(root.dataset.chosen).filter(free), (number) => {
    scene.paint([number]);
    list(picked.numbers());
  });
  const scene = makeScene(view, house, words, picked);
  const list = sheet(root, house, words, (number) => picked.remove(number) && say(fill(words.dropped, { seat: seatName(house.seats.get(number), words) })));
  part("wait").remove();
  list(picked.numbers());

  const choose = (number) => {
    const seat = house.seats.get(number);
    const name = seatName(seat, words);
    if (!free(number)) return say(`${name}: ${words.states[house.stateOf(number)]}.`);
    const done = picked.toggle(number);
    if (done === "full") return tell(limit ? counted(words.full, limit, { limit }) : words.none);
    return say(fill(done === "added" ? words.chosen : words.dropped, { seat: name, price: money(seat.price) }));
  };
  const refetch = () => house.refetch().then(settle, (error) => error instanceof TurnOver && over());
  const settle = (numbers) => {
    scene.paint(numbers, true);
    // While our own hold is on its way, the seats we hear of may be ours: the answer to it will say.
    if (part("form").dataset.sent) return;
    const lost = picked.numbers().filter((number) => !free(number) && picked.remove(number) && house.stateOf(number) !== "mine");
    if (lost.length) tell(fill(words.taken, { seat: lost.map((number) => seatName(house.seats.get(number), words)).join("; ") }));
  };
  // A message does not say whose hold it is. Before we say that a chosen seat is lost, we ask.
  const heard = (changes) => {
    const numbers = house.apply(changes);
    if (numbers.some(picked.has) || changes.some(([number]) => number === 0)) refetch(); // 0 is the house itself
    scene.paint(numbers, true);
  };
  const tap = (target, point, pointer) => {
    const number = Number(target.dataset?.seat);
    const section = scene.sections.find((one) => one.group.contains(target));
    if (!scene.isNear()) return section && scene.goInto(section);
    if (number && scene.canChoose(pointer)) return choose(number);
    const { at } = scene.camera;
    return section && !scene.canChoose(pointer) && scene.comeNear((point.x - at.x) / at.scale, (point.y - at.y) / at.scale);
  };
  const describe = (one) => say("number" in one
    ? `${seatName(one, words)}, ${one.gradeName}, ${money(one.price)}, ${words.states[picked.has(one.number) ? "chosen" : house.stateOf(one.number)]}`
    : fill(words.section, { section: one.section.name, left: counted(words.left, house.left(one)), price: fill(words.from, { price: money(one.from) }) }));

  const keys = cursor(view, {
    sections: scene.sections, seats: house.seats, top: scene.top, camera: scene.camera, isNear: scene.isNear, say: describe,
    enter: scene.goInto, choose, out: () => (keys.forget(), scene.camera.whole()),
  });
  const zoom = { in: () => scene.camera.nearer(ZOOM), out: () => scene.camera.nearer(1 / ZOOM), whole: () => scene.camera.whole() };
  const press = (event) => zoom[event.target.closest("[data-zoom]")?.dataset.zoom]?.();
  root.addEventListener("click", press);
  return [
    scene.stop, keys.stop, gestures(view, scene.camera, tap), () => root.removeEventListener("click", press),
    holding(part("form"), words, { tell, over, lost: (numbers) => (numbers.forEach(picked.remove), refetch()) }),
    follow(root, words, { refetch, heard }),
  ];
}

function failed(root, words, error) {
  if (error instanceof TurnOver) return location.assign(root.dataset.turnUrl);
  root.querySelector("[data-part=wait]").textContent = words.failed;
  throw error;
}
