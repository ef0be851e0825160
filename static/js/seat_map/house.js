// The house as the server tells it: the plan, which never changes, and the state of every seat, which does.

const FREE = 0;
const STATES = ["free", "held", "sold"];

// Thrown when the server says that this fan's turn is over.
export class TurnOver extends Error {}

export async function openHouse(planUrl, seatsUrl) {
  const [{ plan, grades }, first] = await Promise.all([read(planUrl), read(seatsUrl)]);
  const seats = seatsOf(plan, grades);
  const house = { plan, grades, seats, states: [], mine: new Set(), bought: new Set() };
  take(house, first);

  house.stateOf = (number) => {
    if (house.bought.has(number)) return "bought";
    return house.mine.has(number) ? "mine" : STATES[house.states[number]];
  };
  house.left = (section) => section.numbers.reduce((sum, number) => sum + (house.states[number] === FREE), 0);
  // Returns the numbers that really changed.
  house.apply = (changes) => {
    const changed = changes.filter(([number, state]) => seats.has(number) && house.states[number] !== state);
    for (const [number, state] of changed) {
      house.states[number] = state;
      if (state === FREE) [house.mine, house.bought].forEach((own) => own.delete(number));
    }
    return changed.map(([number]) => number);
  };
  house.refetch = async () => {
    const before = [...seats.keys()].map((number) => house.stateOf(number));
    const answer = await read(seatsUrl);
    // Other seats or prices than were drawn: only a fresh page can show them.
    if (answer.edition !== first.edition) location.reload();
    else take(house, answer);
    return [...seats.keys()].filter((number, place) => house.stateOf(number) !== before[place]);
  };
  return house;
}

async function read(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (response.status === 403 || response.redirected) throw new TurnOver();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function take(house, answer) {
  house.states = [FREE, ...Array.from(answer.states, Number)];
  house.mine = new Set(answer.mine);
  house.bought = new Set(answer.bought);
}

function seatsOf(plan, grades) {
  const order = new Map(grades.map((grade, place) => [grade.name, { place, price: grade.price }]));
  const seats = new Map();
  for (const section of plan.sections) {
    for (const row of section.rows) {
      const { place: grade, price } = order.get(row.grade);
      for (const [number, place, x, y] of row.seats) {
        seats.set(number, { number, place, x, y, grade, price, gradeName: row.grade, section: section.name, row: row.name });
      }
    }
  }
  return seats;
}
