// A form is sent once, however often it is clicked. Its button keeps its size and words, and shows that it works.

export function sendFormsOnce(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    // A controller on the form heard it first, and may be asking a question or sending it itself.
    if (!event.defaultPrevented) startWork(form, event.submitter);
  });
  // Coming back with the back button restores the page as it was left: buttons at work for ever.
  addEventListener("pageshow", (event) => event.persisted && root.querySelectorAll("form[data-sent]").forEach(endWork));
}

export function startWork(form, button = form.querySelector("[type=submit]")) {
  form.dataset.sent = "yes";
  // Not disabled: a disabled button would lose its name and value, and its focus.
  button?.setAttribute("aria-disabled", "true");
  if (button) button.dataset.working = "yes";
}

export function endWork(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-working]")) {
    button.removeAttribute("aria-disabled");
    delete button.dataset.working;
  }
}
