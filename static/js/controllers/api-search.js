// Narrows the API's page to the operations whose address or words hold what was typed. Without it all are shown.

export function connect(page) {
  const search = page.querySelector("[data-search]");
  const field = search.querySelector("input");
  const none = page.querySelector("[data-none]");
  const entries = [...page.querySelectorAll("[data-find]")];
  const groups = [...page.querySelectorAll("[data-group]")];

  const narrow = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const entry of entries) {
      const text = entry.dataset.find.toLowerCase();
      entry.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-find]:not([hidden])");
    none.hidden = groups.some((group) => !group.hidden);
  };

  search.hidden = false;
  field.addEventListener("input", narrow);
  return () => field.removeEventListener("input", narrow);
}
