// The one socket of the page. Its messages are hints: whoever watches refetches over HTTP when the socket (re)connects.
import { spread } from "frontrow/timing";

const FIRST_RETRY_MS = 1000; // soon enough for a dropped train tunnel
const LAST_RETRY_MS = 15000; // a server that restarts with 50,000 pages needs the air
const RETRY_SPREAD = 0.7; // share of a wait left to chance, so that they do not all knock at once
const UNAVAILABLE_MS = 10000; // the database did not answer; until it does the page asks by itself

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
  let settling = null;
  const subscribeAll = (within) => {
    clearTimeout(settling);
    // Not even a timer where there is nothing to wait for: a page in the background would wait a second for it.
    if (!within) return watches.forEach((watched) => subscribe(socket, watched));
    settling = setTimeout(() => socket.connected && subscribeAll(0), Math.random() * within);
    return undefined;
  };
  socket.on("connect", () => subscribeAll(0));
  // The server itself loses its messages for a while when they stop coming in: the socket is up and says nothing.
  // Afterwards every page of a process hears of it in the same instant; the server says how far they are to spread.
  socket.on("live_restored", (told) => subscribeAll(told?.within_ms ?? 0));
  for (const name of ["disconnect", "connect_error", "live_lost"]) {
    socket.on(name, () => {
      clearTimeout(settling);
      watches.forEach((watched) => watched.down?.());
    });
  }
  // A refusal is for good, to the library. This one means: come again.
  socket.on("connect_error", (error) => error.message === "unavailable" && setTimeout(() => socket.connect(), spread(UNAVAILABLE_MS)));
  // An open socket keeps a page out of the back-forward cache.
  addEventListener("pagehide", () => socket.disconnect());
  addEventListener("pageshow", (event) => event.persisted && socket.connect());
  addEventListener("online", () => socket.connected || socket.connect());
  return socket;
}

function subscribe(socket, watched) {
  if (!watched.topic) return watched.ready?.({ ok: true });
  return socket.emit(watched.topic, watched.body, (answer) => {
    if (answer?.ok) return watched.ready?.(answer);
    if (answer?.code === "unavailable") setTimeout(() => watches.has(watched) && socket.connected && subscribe(socket, watched), spread(UNAVAILABLE_MS));
    return watched.down?.(answer?.code);
  });
}
