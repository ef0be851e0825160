// What is still on sale, live. The page shows each change at once, and says the sum of them, once and in a sentence.
import { watch } from "frontrow/live";
import { fill, wordsOf } from "frontrow/words";

const SAY_EVERY_MS = 4000; // a last seat that is held, freed and held again is one sentence, not three

export function connect(section) {
  const words = wordsOf(section);
  const news = section.querySelector("[data-news]");
  const grades = new Map([...section.querySelectorAll("[data-name]")].map((row) => [row.dataset.name, row]));
  const said = new Map([...grades].map(([name, row]) => [name, row.dataset.stock]));
  let heardAt = -Infinity;
  let timer = null;

  const hear = (told) => {
    const at = Date.parse(told.at);
    if (told.concert !== Number(section.dataset.concert) || at < heardAt) return;
    heardAt = at;
    for (const [name, stock] of told.grades) show(grades.get(name), stock);
    if (timer === null) say();
  };
  const show = (row, stock) => {
    if (!row || row.dataset.stock === stock) return;
    row.dataset.stock = stock;
    row.querySelector(".stock-word").textContent = words[stock];
  };
  const say = () => {
    timer = null;
    const sentences = [];
    for (const [name, row] of grades) {
      const sentence = change(said.get(name), row.dataset.stock);
      said.set(name, row.dataset.stock);
      if (sentence) sentences.push(fill(words[sentence], { grade: name }));
    }
    if (!sentences.length) return;
    news.textContent = sentences.join(" ");
    timer = setTimeout(say, SAY_EVERY_MS);
  };
  // The place in line hears of it with its own answers: when the socket is back, and while it is down.
  const answered = (event) => hear(event.detail);
  document.addEventListener("frontrow:stock", answered);
  const stopWatching = watch({ events: { stock_changed: hear } });
  return () => {
    clearTimeout(timer);
    document.removeEventListener("frontrow:stock", answered);
    stopWatching();
  };
}

function change(before, now) {
  if (before === now) return null;
  if (now === "gone") return "last";
  if (before === "gone") return "back";
  return now === "few" ? "nearly" : null;
}
