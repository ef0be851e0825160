// A form that asks first. The question is the form's, the dialog is the page's.

export function connect(form) {
  const ask = (event) => {
    if (form.dataset.agreed) return;
    event.preventDefault();
    const dialog = document.querySelector("#question").content.firstElementChild.cloneNode(true);
    dialog.querySelector(".dialog-text").textContent = form.dataset.question;
    const yes = dialog.querySelector("[data-answer=yes]");
    yes.textContent = event.submitter?.textContent.trim() || yes.textContent;
    yes.addEventListener("click", () => agree(form, event.submitter, dialog));
    dialog.querySelector("[data-answer=no]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };
  form.addEventListener("submit", ask);
  return () => form.removeEventListener("submit", ask);
}

function agree(form, submitter, dialog) {
  form.dataset.agreed = "yes";
  dialog.close();
  form.requestSubmit(submitter);
  delete form.dataset.agreed;
}
