// What is still on sale, live. The page shows each change at once, and says the sum of them, once and in a sentence.
import { watch } from "frontrow/live";
import { fill, money, wordsOf } from "frontrow/words";

const SAY_EVERY_MS = 4000; // a last seat that is held, freed and held again is one sentence, not three

export function connect(section) {
  const words = wordsOf(section);
  const news = section.querySelector("[data-news]");
  const list = section.querySelector("ul");
  const grades = new Map([...list.querySelectorAll("[data-name]")].map((row) => [row.dataset.name, row]));
  const said = new Map([...grades].map(([name, row]) => [name, row.dataset.stock]));
  let heardAt = -Infinity;
  let timer = null;

  const hear = (told) => {
    const at = Date.parse(told.at);
    if (told.concert !== Number(section.dataset.concert) || at < heardAt) return;
    heardAt = at;
    if (told.grades.length !== grades.size || told.grades.some(([name]) => !grades.has(name))) rearrange(told.grades);
    told.grades.forEach(([name, stock], place) => {
      show(grades.get(name), stock);
      price(grades.get(name)?.querySelector("[data-prices]"), told.prices?.[place]);
    });
    if (timer === null) say();
  };
  // An operator may put other grades on sale: the rows are those, in that order, and their marks are counted anew.
  const rearrange = (told) => {
    for (const [name, stock] of told) if (!said.has(name)) said.set(name, stock);
    const rows = told.map(([name], place) => {
      const row = grades.get(name) ?? blank(name);
      row.querySelector(".grade-mark").dataset.grade = place;
      return [name, row];
    });
    grades.clear();
    for (const [name, row] of rows) grades.set(name, row);
    list.replaceChildren(...grades.values());
  };
  const blank = (name) => {
    const row = section.querySelector("template[data-part=grade]").content.firstElementChild.cloneNode(true);
    row.dataset.name = name;
    row.querySelector("strong").textContent = name;
    return row;
  };
  const show = (row, stock) => {
    if (!row || row.dataset.stock === stock) return;
    row.dataset.stock = stock;
    row.querySelector(".stock-word").textContent = words[stock];
  };
  // An operator may edit what a grade costs: a dash for the eye, words for the ear.
  const price = (shown, prices) => {
    if (!shown || !prices || shown.dataset.prices === prices.join(" ")) return;
    shown.dataset.prices = prices.join(" ");
    const [low, high] = prices.map(money);
    const seen = span("figures", low === high ? low : `${low}–${high}`);
    shown.replaceChildren(seen);
    if (low === high) return;
    seen.ariaHidden = "true";
    shown.append(span("visually-hidden", fill(words.range, { low, high })));
  };
  const say = () => {
    timer = null;
    const sentences = [];
    for (const [name, before] of said) {
      const now = grades.get(name)?.dataset.stock ?? "gone"; // a grade that is not sold any more is gone as well
      const sentence = change(before, now);
      said.set(name, now);
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

function span(kind, text) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = text;
  return made;
}
