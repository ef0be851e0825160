// The states of all seats: a snapshot, and numbered changes to it. Whoever misses a number has to take a snapshot again.

export const FREE = 0;
export const NAMES = ["free", "held", "sold"];
const SEATS_A_BYTE = 4;

export function unpack({ size, states }) {
  const bytes = atob(states);
  const unpacked = new Uint8Array(size + 1); // by number, from 1
  for (let seat = 0; seat < size; seat += 1) {
    unpacked[seat + 1] = (bytes.charCodeAt(seat >> 2) >> (2 * (SEATS_A_BYTE - 1 - (seat % SEATS_A_BYTE)))) & 3;
  }
  return unpacked;
}

// What a message means to somebody who knows every change up to `known`: "old", "next" or "missed".
// 0 is nobody's number: without Redis there are none, and who has none cannot know what came before.
export function follows(known, { from, to }) {
  if (!known || !from || from > known + 1) return "missed";
  return to <= known ? "old" : "next";
}
