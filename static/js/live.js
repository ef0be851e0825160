// The one socket of the page. Its messages are hints: whoever watches refetches over HTTP when the socket (re)connects.

const FIRST_RETRY_MS = 1000; // soon enough for a dropped train tunnel
const LAST_RETRY_MS = 15000; // a server that restarts with 50,000 pages needs the air
const RETRY_SPREAD = 0.7; // share of a wait left to chance, so that they do not all knock at once

const watches = new Set();
let opening = null;

// watch = {topic, body, events: {name: handler}, ready(answer), down()}. Returns a function that stops watching.
export function watch(watched) {
  watches.add(watched);
  let socket = null;
  socketOfPage().then((opened) => {
    if (!watches.has(watched)) return;
    socket = opened;
    for (const [name, handler] of Object.entries(watched.events ?? {})) socket.on(name, handler);
    if (socket.connected) subscribe(socket, watched);
  }, () => watched.down?.());
  return () => {
    watches.delete(watched);
    for (const [name, handler] of Object.entries(watched.events ?? {})) socket?.off(name, handler);
  };
}

function socketOfPage() {
  opening ??= open();
  return opening;
}

async function open() {
  const { io } = await import("socket.io-client");
  const socket = io({
    transports: ["websocket"],
    reconnectionDelay: FIRST_RETRY_MS,
    reconnectionDelayMax: LAST_RETRY_MS,
    randomizationFactor: RETRY_SPREAD,
  });
  // The server itself loses its messages for a while when they stop coming in: the socket is up and says nothing.
  for (const name of ["connect", "live_restored"]) socket.on(name, () => watches.forEach((watched) => subscribe(socket, watched)));
  for (const name of ["disconnect", "connect_error", "live_lost"]) socket.on(name, () => watches.forEach((watched) => watched.down?.()));
  // An open socket keeps a page out of the back-forward cache.
  addEventListener("pagehide", () => socket.disconnect());
  addEventListener("pageshow", (event) => event.persisted && socket.connect());
  addEventListener("online", () => socket.connected || socket.connect());
  return socket;
}

function subscribe(socket, watched) {
  if (!watched.topic) return watched.ready?.({ ok: true });
  socket.emit(watched.topic, watched.body, (answer) => (answer?.ok ? watched.ready?.(answer) : watched.down?.(answer?.code)));
}
