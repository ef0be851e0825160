// Tells a fan who asked for it, with a sound and a notification, that it is their turn.
import { ask, chime } from "frontrow/chime";
import { wordsOf } from "frontrow/words";

export function connect(button) {
  const words = wordsOf(button);
  let wanted = false;
  const toggle = async () => {
    wanted = !wanted;
    button.setAttribute("aria-pressed", String(wanted));
    button.textContent = wanted ? words.on : words.off;
    if (!wanted) return;
    await ask();
    if (window.Notification?.permission === "default") await Notification.requestPermission();
  };
  const tell = (event) => {
    if (!wanted) return;
    event.detail.heard = true;
    chime();
    if (window.Notification?.permission === "granted") notify(words);
  };
  button.hidden = false;
  button.addEventListener("click", toggle);
  document.addEventListener("frontrow:called", tell);
  return () => {
    button.removeEventListener("click", toggle);
    document.removeEventListener("frontrow:called", tell);
  };
}

// Phones have notifications for installed pages only, and throw for others; the sound was heard.
function notify({ title, body }) {
  try {
    new Notification(title, { body, tag: "frontrow-turn" });
  } catch (error) {
    console.debug(error);
  }
}
