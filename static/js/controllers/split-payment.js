// Says how much is left for the card while points are typed. The server does the real sum.
import { fill, money } from "frontrow/words";

export function connect(form) {
  const points = form.querySelector("[name=points]");
  const rest = form.querySelector("[data-part=rest]");
  if (!points || !rest) return () => {};
  const show = () => {
    const left = Number(form.dataset.total) - Number(points.value || 0);
    rest.textContent = points.validity.valid ? fill(rest.dataset.words, { rest: money(left) }) : "";
    points.disabled = !form.querySelector("[value=split]").checked;
  };
  form.addEventListener("input", show);
  show();
  return () => form.removeEventListener("input", show);
}
