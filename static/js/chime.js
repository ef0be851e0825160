// Two soft notes, made on the spot. Browsers only allow sound after a click, so ask() is called from one.

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

export function chime() {
  if (!audio) return;
  for (const note of NOTES) {
    const start = audio.currentTime + note.at;
    const voice = audio.createOscillator();
    const volume = audio.createGain();
    voice.frequency.value = note.hertz;
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + LENGTH_S);
    voice.connect(volume).connect(audio.destination);
    voice.start(start);
    voice.stop(start + LENGTH_S);
  }
}
