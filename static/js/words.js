// Sentences come from the page, already translated; here they only get their numbers.

const THOUSANDS = /\B(?=(\d{3})+$)/g;

export const wordsOf = (element) => JSON.parse(element.dataset.words ?? "{}");

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const counted = (pair, count, values = {}) => fill(count === 1 ? pair.one : pair.other, { count: number(count), ...values });

// As the server writes them: both languages group alike, and Intl takes a browser tens of milliseconds to begin with.
export const number = (value) => String(value).replace(THOUSANDS, ",");

export const money = (value) => `${value < 0 ? "−" : ""}₩${number(Math.abs(value))}`;
