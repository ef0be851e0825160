// Joins elements marked data-controller="name" to frontrow/controllers/name, and lets go of them again.
// A controller exports connect(element), which returns a function that cleans up after it.

const joined = new WeakMap();

export function mount(root) {
  for (const element of marked(root)) join(element);
}

export function unmount(root) {
  for (const element of marked(root)) {
    joined.get(element)?.();
    joined.delete(element);
  }
}

async function join(element) {
  if (joined.has(element)) return;
  joined.set(element, () => {});
  const { connect } = await import(`frontrow/controllers/${element.dataset.controller}`);
  // A fragment may have been replaced while its module was on the way.
  if (element.isConnected && joined.has(element)) joined.set(element, connect(element) ?? (() => {}));
}

function marked(root) {
  const below = [...root.querySelectorAll("[data-controller]")];
  return root.matches?.("[data-controller]") ? [root, ...below] : below;
}
