// Keeps the wallet true while points are on their way: looks again when told that it changed, and slowly until then.
import { watch } from "frontrow/live";
import { repeat } from "frontrow/timing";

const ASK_MS = 4000; // the provider has usually called back by the second look
const SLOW_MS = 20_000; // nobody has paid yet; the socket tells sooner than we would
const PATIENCE = 10; // looks at the soon pace before slowing down

export function connect(wallet) {
  let asked = 0;
  const look = async () => {
    const response = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const { balance, pending } = page.querySelector("[data-balance]").dataset;
    // Only a change reloads the page: somebody may be typing an amount. A page may show the new balance and not yet why.
    if (balance !== wallet.dataset.balance || pending !== wallet.dataset.pending) location.reload();
  };
  // What changed before the socket was there was not heard.
  const stopWatching = watch({ events: { wallet_changed: look }, ready: () => wallet.dataset.pending && look() });
  const stopAsking = repeat(() => {
    if (!wallet.dataset.pending) return undefined;
    asked += 1;
    return look();
  }, () => (asked < PATIENCE ? ASK_MS : SLOW_MS));
  return () => [stopWatching, stopAsking].forEach((stop) => stop());
}
