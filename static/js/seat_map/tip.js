// What the mouse is over, in words beside it. The keyboard hears the same in the live region.

const AWAY_PX = 14;

export function tip(view, wordsAt) {
  const box = Object.assign(document.createElement("p"), { className: "seat-map-tip", hidden: true });
  box.setAttribute("aria-hidden", "true");
  view.append(box);
  let last = null;

  const write = () => {
    const found = last && wordsAt(last.x, last.y);
    box.hidden = !found;
    if (!found) return;
    if (box.textContent !== found) box.textContent = found;
    const [right, below] = [last.x > view.clientWidth / 2, last.y > view.clientHeight / 2];
    box.style.translate = `${right ? "-100%" : "0"} ${below ? "-100%" : "0"}`;
    box.style.left = `${last.x + (right ? -AWAY_PX : AWAY_PX)}px`;
    box.style.top = `${last.y + (below ? -AWAY_PX : AWAY_PX)}px`;
  };
  const move = (event) => {
    const bounds = view.getBoundingClientRect();
    last = event.pointerType === "mouse" && !event.buttons ? { x: event.clientX - bounds.left, y: event.clientY - bounds.top } : null;
    write();
  };
  const leave = () => {
    last = null;
    write();
  };
  const listeners = { pointermove: move, pointerdown: leave, pointerleave: leave, wheel: leave };
  for (const [name, listener] of Object.entries(listeners)) view.addEventListener(name, listener, { passive: true });
  return {
    write,
    stop: () => {
      Object.entries(listeners).forEach(([name, listener]) => view.removeEventListener(name, listener));
      box.remove();
    },
  };
}
