// The seat map: joins the house, its drawing, the fan's hands and the live changes.
import { cursor } from "frontrow/seat_map/cursor";
import { seatAt, seatOf, sectionAt } from "frontrow/seat_map/geometry";
import { gestures } from "frontrow/seat_map/gestures";
import { holding, tellIn } from "frontrow/seat_map/holding";
import { openHouse, TurnOver } from "frontrow/seat_map/house";
import { scene as makeScene } from "frontrow/seat_map/scene";
import { seatName, selection, sheet, takenFrom } from "frontrow/seat_map/sheet";
import { speech } from "frontrow/seat_map/speech";
import { tip as makeTip } from "frontrow/seat_map/tip";
import { whereabouts } from "frontrow/seat_map/whereabouts";
import { counted, fill, money, wordsOf } from "frontrow/words";

const ZOOM = 1.6; // one press of a zoom button

export function connect(root) {
  const words = wordsOf(root);
  const stops = [];
  let gone = false;
  for (const part of ["wait", "tools"]) root.querySelector(`[data-part=${part}]`).hidden = false;
  openHouse(root.dataset.planUrl, root.dataset.seatsUrl, JSON.parse(root.dataset.grades)).then(
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
  const nameOf = (number) => seatName(seatOf(house.plan, number), words);

  const picked = selection(limit, JSON.parse(root.dataset.chosen).filter(free), (number) => {
    scene.paint([number]);
    list(picked.numbers());
  });
  const spoken = speech(house, words, picked);
  const scene = makeScene(view, house, words, picked);
  const tip = makeTip(view, (x, y) => spoken.at(scene, ...scene.camera.place(x, y)));
  const list = sheet(root, house, words, (number) => picked.remove(number) && say(fill(words.dropped, { seat: nameOf(number) })));
  part("wait").remove();
  list(picked.numbers());

  const choose = (number) => {
    const { price } = seatOf(house.plan, number);
    if (!free(number)) return say(`${nameOf(number)}: ${words.states[house.stateOf(number)]}.`);
    const done = picked.toggle(number);
    if (done === "full") return tell(limit ? counted(words.full, limit, { limit }) : words.none);
    return say(fill(done === "added" ? words.chosen : words.dropped, { seat: nameOf(number), price: money(price) }));
  };
  const repaint = (numbers) => (scene.paint(numbers, numbers.length > 0), tip.write());
  const refetch = () => house.refetch().then(settle, (error) => error instanceof TurnOver && over());
  const settle = (numbers) => {
    repaint(numbers);
    // While our own hold is on its way, the seats we hear of may be ours: the answer to it will say.
    if (part("form").dataset.sent) return;
    const lost = picked.numbers().filter((number) => !free(number) && picked.remove(number) && house.stateOf(number) !== "mine");
    if (lost.length) tell(takenFrom(words, lost.map(nameOf), picked.numbers().length));
  };
  // A message does not say whose hold it is: of a seat that is chosen, or ours, we ask. Seat 0 is the whole house.
  const heard = (message) => {
    const numbers = house.apply(message);
    if (!numbers || numbers.some(picked.has) || message.changes.some(([number]) => !number || house.mine.has(number))) refetch();
    if (numbers?.length) repaint(numbers);
  };
  const tap = (point, pointer) => {
    const [x, y] = scene.camera.place(point.x, point.y);
    const [number, section] = [seatAt(house.plan, x, y), sectionAt(house.plan, x, y)];
    if (!scene.isNear()) return section && scene.goInto(section);
    if (scene.canChoose(pointer)) return number && choose(number);
    return (number || section) && scene.comeNear(x, y);
  };
  const keys = cursor(view, {
    plan: house.plan, scene, say: (one) => say(spoken.of(one)), enter: scene.goInto, choose, out: () => (keys.forget(), scene.camera.whole()),
  });
  const zoom = { in: () => scene.camera.nearer(ZOOM), out: () => scene.camera.nearer(1 / ZOOM), whole: () => scene.camera.whole() };
  const press = (event) => zoom[event.target.closest("[data-zoom]")?.dataset.zoom]?.();
  root.addEventListener("click", press);
  // Nobody has to wait for the socket before choosing: once it is there, what was missed is asked for.
  const following = import("frontrow/seat_map/following").then(({ follow }) => follow(root, words, { refetch, heard }));
  return [
    scene.stop, keys.stop, tip.stop, whereabouts(scene.camera, root.dataset.seatsUrl), gestures(view, scene.camera, tap), () => root.removeEventListener("click", press),
    holding(part("form"), words, { tell, over, lost: (numbers) => (numbers.forEach(picked.remove), refetch()) }),
    () => following.then((stop) => stop()),
  ];
}

function failed(root, words, error) {
  if (error instanceof TurnOver) return location.assign(root.dataset.turnUrl);
  root.querySelector("[data-part=wait]").textContent = words.failed;
  throw error;
}
