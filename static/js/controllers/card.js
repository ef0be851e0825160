// Mounts Stripe's own card field and confirms the payment with it. What became of it is the callback's to say.

export function connect(page) {
  const form = page.querySelector("form");
  const problem = page.querySelector("[data-part=problem]");
  const words = JSON.parse(page.dataset.words);
  const tell = (sentence) => {
    problem.textContent = sentence;
    problem.hidden = !sentence;
  };
  form.hidden = false;
  if (!window.Stripe) {
    tell(words.away);
    form.querySelector("button").disabled = true;
    return () => {};
  }
  const stripe = window.Stripe(page.dataset.publishableKey, { locale: page.dataset.language });
  const card = stripe.elements().create("card", { hidePostalCode: true });
  card.mount(page.querySelector("[data-part=card]"));
  const pay = (event) => {
    event.preventDefault();
    confirm(stripe, card, page, form.querySelector("button"), (error) => tell(sentence(error, words)));
  };
  form.addEventListener("submit", pay);
  return () => {
    form.removeEventListener("submit", pay);
    card.destroy();
  };
}

async function confirm(stripe, card, page, button, fail) {
  button.disabled = true;
  const result = await stripe.confirmCardPayment(page.dataset.clientSecret, {
    payment_method: { card },
    return_url: page.dataset.back,
  });
  if (!result.error) {
    window.location.assign(page.dataset.back);
    return;
  }
  button.disabled = false;
  fail(result.error);
}

// Stripe's sentence is in the fan's language and says more than ours; what is not about the card has none for fans.
function sentence(error, words) {
  if (error.type === "card_error" || error.type === "validation_error") return error.message || words.declined;
  return error.code === "card_declined" ? words.declined : words.away;
}
