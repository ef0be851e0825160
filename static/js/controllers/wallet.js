// Keeps the wallet true while points are on their way: looks again when told that it changed, and slowly until then.
import { swap } from "frontrow/fragments";
import { watch } from "frontrow/live";
import { repeat } from "frontrow/timing";

const ASK_MS = 4000; // the provider has usually called back by the second look
const SLOW_MS = 20_000; // nobody has paid yet; the socket tells sooner than we would
const IN_BAR = ".top-nav > [href='/wallet']"; // the balance stands in the bar too
const PATIENCE = 10; // looks at the soon pace before slowing down

export function connect(wallet) {
  let asked = 0;
  const look = async () => {
    const response = await fetch(location.href, { credentials: "same-origin" });
    if (response.redirected) return location.assign(response.url); // signed out elsewhere
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-balance]");
    // A page may show the new balance and not yet why. An amount that is being typed stays.
    const isNews = fresh && (fresh.dataset.balance !== wallet.dataset.balance || fresh.dataset.pending !== wallet.dataset.pending);
    if (!isNews || !wallet.isConnected) return undefined;
    for (const link of document.querySelectorAll(IN_BAR)) link.replaceChildren(...(page.querySelector(IN_BAR)?.childNodes ?? []));
    swap(wallet, fresh);
    return undefined;
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
