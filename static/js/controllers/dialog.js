// A link to a page that asks something opens the same question as a dialog on this page.

export function connect(link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog) return () => {};
  const open = (event) => {
    event.preventDefault();
    dialog.showModal();
  };
  const close = (event) => {
    if (!event.target.closest("[data-close]") && event.target !== dialog) return;
    event.preventDefault();
    dialog.close();
  };
  link.addEventListener("click", open);
  dialog.addEventListener("click", close);
  return () => {
    link.removeEventListener("click", open);
    dialog.removeEventListener("click", close);
  };
}
