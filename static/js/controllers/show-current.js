// A row of links that scrolls begins where the current one can be seen. Some browsers know this from the stylesheet.

export function connect(row) {
  const current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}
