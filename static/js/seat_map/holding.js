// Sends the chosen seats. Won: on to the order. Lost: the server's sentence, a fresh map, and the seats that are still ours to choose.
import { endWork, startWork } from "frontrow/submit-once";

// tell(sentence) says what went wrong; lost(numbers) drops seats; over() leaves when the turn has ended.
export function holding(form, words, { tell, lost, over }) {
  const send = async (event) => {
    event.preventDefault();
    if (form.dataset.sent) return;
    const button = event.submitter ?? form.querySelector("[type=submit]");
    const body = new URLSearchParams(new FormData(form));
    startWork(form, button);
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (response.redirected) return location.assign(response.url);
      const answer = await response.json();
      if (response.ok) return location.assign(answer.order_url);
      endWork(form);
      if (answer.code === "house-changed") return form.submit(); // the answer to it is the fresh page, and why
      if (response.status === 403 && answer.code === "not-your-turn") return over();
      lost(answer.seats ?? []);
      return tell(answer.detail ?? words.again);
    } catch {
      endWork(form);
      return tell(words.again);
    }
  };
  form.addEventListener("submit", send);
  return () => form.removeEventListener("submit", send);
}

// A notice like the server's own, newest in place of the last.
export function tellIn(box, sentence) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.kind = "error";
  notice.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  box.querySelectorAll("[data-kind=error]").forEach((old) => old.remove());
  box.prepend(notice);
}
