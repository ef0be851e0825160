// Sentences come from the page, already translated; here they only get their numbers.

const language = document.documentElement.lang || "en";
const figures = new Intl.NumberFormat(language);
const won = new Intl.NumberFormat(language, { style: "currency", currency: "KRW" });

export const wordsOf = (element) => JSON.parse(element.dataset.words ?? "{}");

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const counted = (pair, count, values = {}) => fill(count === 1 ? pair.one : pair.other, { count: number(count), ...values });

export const number = (value) => figures.format(value);

export const money = (value) => won.format(value);
