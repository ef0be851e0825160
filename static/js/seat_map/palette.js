// The colours of the stylesheet's meanings, as a canvas needs them, and the grades' looks: see grades.css.

const NAMES = ["ground", "surface", "sunken", "rule", "edge", "ink", "ink-soft", "next", "focus"];
const LOOKS = 12; // as many as grades.css has, which is as many grades as a plan may have

export function palette(view) {
  const probe = document.createElement("span");
  view.append(probe);
  const colour = (meaning) => {
    probe.style.color = `var(--${meaning})`;
    return getComputedStyle(probe).color;
  };
  const look = (place) => {
    probe.dataset.grade = place;
    return { colour: colour("grade"), shape: getComputedStyle(probe).getPropertyValue("--grade-shape").trim() };
  };
  const found = Object.fromEntries(NAMES.map((name) => [name, colour(name)]));
  const grades = Array.from({ length: LOOKS }, (_, place) => look(place));
  probe.remove();
  const of = (place) => grades[place % LOOKS];
  return { ...found, family: getComputedStyle(view).fontFamily, grade: (place) => of(place).colour, shape: (place) => of(place).shape };
}
