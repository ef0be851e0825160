// Soft notes, made on the spot. Browsers only allow sound after a click, so ask() is called from one.

const NOTES = [
  { hertz: 659.3, at: 0 },
  { hertz: 987.8, at: 0.22 },
];
const LENGTH_S = 1.4; // long enough to be noticed in another tab, short enough not to annoy
const LOUDNESS = 0.25;

let audio = null;

export function ask() {
  audio ??= new AudioContext();
  return audio.resume();
}

// At the door: up is in, level is a question, down is no. Sound only repeats what colour, shape and words say.
const DOOR = {
  welcome: [
    { hertz: 659.3, at: 0 },
    { hertz: 987.8, at: 0.12 },
  ],
  already_in: [
    { hertz: 440, at: 0 },
    { hertz: 440, at: 0.2 },
  ],
};
const DOOR_NO = [
  { hertz: 311.1, at: 0 },
  { hertz: 207.7, at: 0.18 },
];

export function chime() {
  play(NOTES, LENGTH_S);
}

export function answerSound(kind) {
  play(DOOR[kind] ?? DOOR_NO, 0.4);
}

function play(notes, seconds) {
  if (!audio) return;
  for (const note of notes) {
    const start = audio.currentTime + note.at;
    const voice = audio.createOscillator();
    const volume = audio.createGain();
    voice.frequency.value = note.hertz;
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    voice.connect(volume).connect(audio.destination);
    voice.start(start);
    voice.stop(start + seconds);
  }
}
