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
    dialog.addEventListener("close", () => closed(form, dialog));
    document.body.append(dialog);
    dialog.showModal();
  };
  form.addEventListener("submit", ask);
  return () => form.removeEventListener("submit", ask);
}

function agree(asked, submitter, dialog) {
  const form = standing(asked);
  dialog.close();
  if (!form) return;
  form.dataset.agreed = "yes";
  form.requestSubmit(form.contains(submitter) ? submitter : form.querySelector("[type=submit]"));
  delete form.dataset.agreed;
}

function closed(form, dialog) {
  dialog.remove();
  // The browser gives the focus back to where it came from, which a fragment may have taken away.
  if (!form.isConnected) (standing(form)?.querySelector("[type=submit]") ?? document.getElementById("main")).focus();
}

// While it was asked, a fragment may have put a new form in its place, or none: then there is nothing more to send.
function standing(form) {
  return form.isConnected ? form : document.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"][data-question]`);
}
