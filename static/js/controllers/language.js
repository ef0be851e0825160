// Another language for the page that chooses seats: what is chosen and not yet held goes along.
const CHOSEN = "input[type=hidden][name=seat], input[type=checkbox][name=seat]:checked";

export function connect(form) {
  const next = form.elements.next;
  const here = next.value;
  const send = () => {
    const address = new URL(here, location.href);
    for (const seat of document.querySelectorAll(CHOSEN)) address.searchParams.append("seat", seat.value);
    next.value = `${address.pathname}${address.search}`;
  };
  form.addEventListener("submit", send);
  return () => form.removeEventListener("submit", send);
}
