// A form that sends itself once, for a wish the fan has already expressed on an earlier page.

export function connect(form) {
  // Coming back with the back button must not send it again: then the button is there.
  const [arrival] = performance.getEntriesByType("navigation");
  if (arrival?.type !== "back_forward") form.requestSubmit();
}
