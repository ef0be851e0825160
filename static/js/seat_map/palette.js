// The colours of the stylesheet's meanings, as a canvas needs them, and the grades' looks: see grades.css.

const NAMES = ["ground", "surface", "sunken", "rule", "edge", "ink", "ink-soft", "next", "focus"];
const LOOKS = 12; // as many as grades.css has, which is as many grades as a plan may have

export function palette(view) {
  const probes = document.createElement("span");
  const meanings = NAMES.map((name) => probe(probes, `var(--${name})`));
  const looks = Array.from({ length: LOOKS }, (_, place) => probe(probes, "var(--grade)", place));
  // All at once: each look at a page that has changed makes the browser work out its styles anew.
  view.append(probes);
  const found = Object.fromEntries(NAMES.map((name, place) => [name, getComputedStyle(meanings[place]).color]));
  const grades = looks.map((one) => getComputedStyle(one)).map((style) => ({ colour: style.color, shape: style.getPropertyValue("--grade-shape").trim() }));
  const family = getComputedStyle(view).fontFamily;
  probes.remove();
  const of = (place) => grades[place % LOOKS];
  return { ...found, family, grade: (place) => of(place).colour, shape: (place) => of(place).shape };
}

function probe(probes, colour, grade) {
  const one = document.createElement("span");
  one.style.color = colour;
  if (grade !== undefined) one.dataset.grade = grade;
  probes.append(one);
  return one;
}
