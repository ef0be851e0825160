// The colours of the stylesheet's meanings, as a canvas needs them.

const NAMES = ["ground", "surface", "sunken", "rule", "edge", "ink", "ink-soft", "next", "focus"];
const GRADES = 4;

export function palette(view) {
  const probe = document.createElement("span");
  view.append(probe);
  const colour = (meaning) => {
    probe.style.color = `var(--${meaning})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(NAMES.map((name) => [name, colour(name)]));
  const grades = Array.from({ length: GRADES }, (_, place) => colour(`grade-${place}`));
  probe.remove();
  return { ...found, family: getComputedStyle(view).fontFamily, grade: (place) => grades[place % GRADES] };
}
