// The house as the server tells it: where the seats are, which never changes, and who has them, which does.
import { unfold } from "frontrow/seat_map/geometry";
import { follows, FREE, NAMES, unpack } from "frontrow/seat_map/states";

// Thrown when the server says that this fan's turn is over.
export class TurnOver extends Error {}

export async function openHouse(planUrl, seatsUrl, prices) {
  const [file, first] = await Promise.all([read(planUrl), read(seatsUrl)]);
  const plan = unfold(file, prices);
  const house = { plan, states: new Uint8Array(plan.size + 1), mine: new Set(), bought: new Set(), known: 0 };
  take(house, first);

  house.stateOf = (number) => {
    if (house.bought.has(number)) return "bought";
    return house.mine.has(number) ? "mine" : NAMES[house.states[number]];
  };
  house.left = (section) => {
    let left = 0;
    for (let number = section.first; number <= section.last; number += 1) left += house.states[number] === FREE;
    return left;
  };
  // Returns the numbers that really changed, or null when changes before these were missed.
  house.apply = (message) => {
    const place = follows(house.known, message);
    if (place === "missed") return null;
    if (place === "old") return [];
    house.known = message.to;
    const changed = message.changes.filter(([number, state]) => number <= plan.size && house.states[number] !== state);
    for (const [number, state] of changed) {
      house.states[number] = state;
      if (state === FREE) [house.mine, house.bought].forEach((own) => own.delete(number));
    }
    return changed.map(([number]) => number);
  };
  house.refetch = async () => {
    const before = { ...house };
    const answer = await read(seatsUrl);
    // Other seats or prices than were drawn: only a fresh page can show them.
    if (answer.edition !== first.edition) location.reload();
    else take(house, answer);
    return changedSince(house, before);
  };
  return house;
}

// Without headers of its own, so that the first answers are those which the page's head has asked for.
async function read(url) {
  const response = await fetch(url);
  if (response.status === 403 || response.redirected) throw new TurnOver();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function take(house, answer) {
  // Answers and messages may overtake each other: states that are older than what we know would be a step back.
  if (!answer.sequence || answer.sequence >= house.known) [house.states, house.known] = [unpack(answer), answer.sequence];
  house.mine = new Set(answer.mine);
  house.bought = new Set(answer.bought);
}

function changedSince(house, before) {
  const changed = new Set([...house.mine, ...house.bought, ...before.mine, ...before.bought].filter(
    (number) => house.mine.has(number) !== before.mine.has(number) || house.bought.has(number) !== before.bought.has(number)));
  for (let number = 1; number < house.states.length; number += 1) if (house.states[number] !== before.states[number]) changed.add(number);
  return [...changed];
}
