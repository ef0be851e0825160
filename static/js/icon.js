// The tab's icon: the lamp, or while waiting the number of people ahead.

const SIDE = 64; // pixels, twice what a tab shows
const GROUND = "#1c130a";
const INK = "#ffb53a";

const link = document.querySelector("link[rel=icon]");
const lamp = { type: link?.type, href: link?.href };

export function showLamp() {
  if (link) Object.assign(link, lamp);
}

export function showInIcon(ahead) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  if (!pen || !link) return;
  const text = short(ahead);
  pen.fillStyle = GROUND;
  pen.beginPath();
  pen.roundRect(0, 0, SIDE, SIDE, 16);
  pen.fill();
  pen.fillStyle = INK;
  pen.font = `700 ${text.length > 2 ? 28 : 42}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, SIDE / 2, SIDE / 2 + 3, SIDE - 6);
  link.type = "image/png";
  link.href = canvas.toDataURL("image/png");
}

function short(ahead) {
  if (ahead < 1000) return String(ahead);
  return `${Math.floor(ahead / 1000)}k`;
}
