// A button that prints the page; without JavaScript the browser's own menu does.

export function connect(button) {
  const print = () => window.print();
  button.hidden = false;
  button.addEventListener("click", print);
  return () => button.removeEventListener("click", print);
}
