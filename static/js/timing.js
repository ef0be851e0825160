// Waiting, spread out: thousands of pages that start together must not ask together.

const SPREAD = 0.3; // share of a wait that is left to chance, either way

export const spread = (ms) => ms * (1 + SPREAD * (2 * Math.random() - 1));

// Calls work again and again until stopped; the next wait starts when the last call has ended.
export function repeat(work, ms) {
  let timer = null;
  let stopped = false;
  const again = () => {
    timer = setTimeout(async () => {
      await attempt(work);
      if (!stopped) again();
    }, spread(typeof ms === "function" ? ms() : ms));
  };
  again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

// A failed try is not the last one: the next comes anyway.
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    console.debug(error);
  }
}

// What the server's clock says, from its time as printed in the page.
export function serverClock(printed) {
  const offset = Date.parse(printed) - Date.now();
  return () => Date.now() + offset;
}
