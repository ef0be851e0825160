// The seats this fan has chosen and not yet held, and their sheet: the seats, the total, the one button. Empty, it shows
// the best-available form that is there anyway.
import { seatOf } from "frontrow/seat_map/geometry";
import { counted, fill, money } from "frontrow/words";

// Knows the limit it was given, and nothing of why.
export function selection(limit, first, onChange) {
  const chosen = new Set(first.slice(0, limit));
  const changed = (number) => onChange(number, chosen);
  return {
    has: (number) => chosen.has(number),
    numbers: () => [...chosen],
    // Returns "added", "removed" or "full".
    toggle(number) {
      if (chosen.delete(number)) return changed(number), "removed";
      if (chosen.size >= limit) return "full";
      chosen.add(number);
      return changed(number), "added";
    },
    remove(number) {
      return chosen.delete(number) && (changed(number), true);
    },
  };
}

export function sheet(root, house, words, onRemove) {
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const list = part("seats");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-off]");
    if (button) onRemove(Number(button.dataset.off));
  });
  return (numbers) => {
    const seats = numbers.map((number) => seatOf(house.plan, number));
    const focus = whereFocusWas(part("form"));
    root.querySelector("[data-part=sheet]").toggleAttribute("data-empty", seats.length === 0);
    list.replaceChildren(...seats.map((seat) => line(seat, words)));
    const total = seats.reduce((sum, seat) => sum + seat.price, 0);
    part("count").textContent = counted(words.count, seats.length);
    part("total").textContent = money(total);
    part("hold").firstElementChild.textContent = counted(words.hold, seats.length);
    focus?.keep(seats.length, part("view"));
  };
}

// A seat that goes takes its button along: the focus goes to the next one, and after the last back to the house.
function whereFocusWas(form) {
  const focused = document.activeElement;
  if (!form.contains(focused)) return null;
  const buttons = () => [...form.querySelectorAll("[data-off]")];
  const place = buttons().indexOf(focused);
  return {
    keep(left, view) {
      if (!left) return view.focus();
      const next = buttons().find((one) => one.dataset.off === focused.dataset.off) ?? buttons()[Math.min(place, left - 1)];
      return place >= 0 && next.focus();
    },
  };
}

function line(seat, words) {
  const item = element("li");
  const mark = element("span", { className: "grade-mark" });
  mark.dataset.grade = seat.grade;
  mark.setAttribute("aria-hidden", "true");
  const off = element("button", { type: "button", className: "sheet-off", textContent: "×" });
  off.dataset.off = seat.number;
  off.setAttribute("aria-label", fill(words.remove, { seat: seatName(seat, words) }));
  const input = element("input", { type: "hidden", name: "seat", value: seat.number });
  item.append(mark, element("span", { textContent: seatName(seat, words) }),
    element("span", { className: "figures", textContent: money(seat.price) }), off, input);
  return item;
}

export const seatName = (seat, words) => fill(words.seat, seat);

// Chosen seats that another has taken, and what is left of the choice.
export const takenFrom = (words, names, left) => fill(left ? words.taken : words.takenAll, { seat: names.join("; ") });

const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);
