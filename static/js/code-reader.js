// QR codes in a camera's picture: the browser's own reader where it has one, else the vendored one.

const PACE_MS = 120; // eight looks a second: quicker than a hand, and a phone stays cool
const SIDE = 640; // pixels of the picture's longer side that are looked at

// Looks until the signal says stop; also when permission to look is given only after that.
export async function watchForCodes(video, seen, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const end = () => {
    stream.getTracks().forEach((track) => track.stop());
    if (video.srcObject === stream) video.srcObject = null;
  };
  if (signal.aborted) return end();
  signal.addEventListener("abort", end);
  try {
    const read = await reader();
    if (!signal.aborted) video.srcObject = stream;
    await video.play();
    return lookAgain(video, read, seen, signal);
  } catch (error) {
    end();
    throw error;
  }
}

async function lookAgain(video, read, seen, signal) {
  if (signal.aborted) return;
  const code = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await read(video).catch(() => null) : null;
  if (signal.aborted) return;
  if (code) seen(code);
  setTimeout(lookAgain, PACE_MS, video, read, seen, signal);
}

async function reader() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  const { decodeQR } = await import("qr/decode");
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decodeQR(brush.getImageData(0, 0, canvas.width, canvas.height));
  };
}
