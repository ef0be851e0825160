// How many are really ahead of a number, from a tick that is the same for everybody.

// tick.left = [the number before the first band, numbers in a band, who left out of each while waiting ...].
// Of our own band nobody can tell who left before us and who behind, so nobody is taken off for it: never too few.
export function aheadOf({ serving, left }, mine) {
  const [start = 0, width = 1, ...counts] = left ?? [];
  const gone = counts.reduce((sum, count, band) => (start + (band + 1) * width < mine ? sum + count : sum), 0);
  return Math.max(0, mine - serving - 1 - gone);
}
