// Keeps an order's page true: asks again when told it changed, when its clock runs out, and slowly while money is on the way.
import { refresh } from "frontrow/fragments";
import { watch } from "frontrow/live";
import { repeat } from "frontrow/timing";

const SOON_MS = 1500; // most payments settle within two asks
const SLOW_MS = 10_000; // the provider is late; the socket tells sooner than we would
const PATIENCE = 8; // asks at the soon pace before slowing down

export function connect(page) {
  let asked = 0;
  let busy = null;
  const fragment = () => page.querySelector("#order-status");
  const ask = () => {
    busy ??= refresh(fragment(), page.dataset.url).then(say).finally(() => (busy = null));
    return busy.catch(() => {});
  };
  // What the page says now is said aloud once, and stands in the tab; a heading that has the focus speaks for itself.
  const heading = () => page.querySelector("#order-status h1");
  let told = heading().textContent;
  const say = () => {
    if (heading().textContent === told) return;
    told = heading().textContent;
    document.title = `${told} · ${page.dataset.title}`;
    page.querySelector("[data-outcome]").textContent = document.activeElement === heading() ? "" : told;
  };
  const stopAsking = repeat(() => {
    if (fragment().dataset.pending !== "yes") return (asked = 0);
    asked += 1;
    return ask();
  }, () => (asked < PATIENCE ? SOON_MS : SLOW_MS));

  let seen = false;
  const stopWatching = watch({
    events: { order_changed: (message) => message.order === page.dataset.order && ask() },
    // What changed while the socket was down was not heard.
    ready: () => (seen ? ask() : (seen = true)),
  });
  page.addEventListener("countdown:ended", ask);
  return () => {
    stopAsking();
    stopWatching();
    page.removeEventListener("countdown:ended", ask);
  };
}
