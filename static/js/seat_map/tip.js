// What the mouse is over, in words above it. The keyboard hears the same in the live region.
// The words stay while the mouse is on them, and Escape takes them away: whoever looks through a magnifier needs both.

const AWAY_PX = 14;
const EDGE_PX = 4;

export function tip(view, wordsAt) {
  const box = Object.assign(document.createElement("p"), { className: "seat-map-tip", hidden: true });
  box.setAttribute("aria-hidden", "true");
  view.append(box);
  let last = null;
  let dismissed = null;

  const write = () => {
    const found = last && wordsAt(last.x, last.y);
    if (found !== dismissed) dismissed = null;
    box.hidden = !found || found === dismissed;
    if (box.hidden) return;
    if (box.textContent !== found) box.textContent = found;
    const { offsetWidth: width, offsetHeight: height } = box;
    const top = last.y - AWAY_PX - height;
    box.style.left = `${Math.max(EDGE_PX, Math.min(last.x - width / 2, view.clientWidth - width - EDGE_PX))}px`;
    box.style.top = `${top < EDGE_PX ? last.y + AWAY_PX : top}px`;
  };
  const move = (event) => {
    if (event.target === box) return;
    const bounds = view.getBoundingClientRect();
    last = event.pointerType === "mouse" && !event.buttons ? { x: event.clientX - bounds.left, y: event.clientY - bounds.top } : null;
    write();
  };
  const leave = () => {
    last = null;
    write();
  };
  // A press on the words is not meant for the seat that they cover.
  const press = (event) => {
    if (event.target === box) event.stopImmediatePropagation();
    leave();
  };
  const escape = (event) => {
    if (event.key !== "Escape" || box.hidden) return;
    event.stopPropagation();
    dismissed = box.textContent;
    box.hidden = true;
  };
  const listeners = { pointermove: move, pointerdown: press, pointerleave: leave, wheel: leave };
  for (const [name, listener] of Object.entries(listeners)) view.addEventListener(name, listener, { passive: true, capture: name === "pointerdown" });
  document.addEventListener("keydown", escape, { capture: true });
  return {
    write,
    stop: () => {
      Object.entries(listeners).forEach(([name, listener]) => view.removeEventListener(name, listener, { capture: name === "pointerdown" }));
      document.removeEventListener("keydown", escape, { capture: true });
      box.remove();
    },
  };
}
