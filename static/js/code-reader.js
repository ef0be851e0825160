// QR codes in a camera's picture: the browser's own reader where it has one, else the vendored one.

const PACE_MS = 120; // eight looks a second: quicker than a hand, and a phone stays cool
const SIDE = 640; // pixels of the picture's longer side that are looked at

export async function watchForCodes(video, seen) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const end = () => stream.getTracks().forEach((track) => track.stop());
  try {
    const read = await reader();
    video.srcObject = stream;
    await video.play();
    const stop = lookAgain(video, read, seen);
    return () => {
      stop();
      end();
      video.srcObject = null;
      return null;
    };
  } catch (error) {
    end();
    throw error;
  }
}

function lookAgain(video, read, seen) {
  let stopped = false;
  const look = async () => {
    if (stopped) return;
    const code = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await read(video).catch(() => null) : null;
    if (code && !stopped) seen(code);
    setTimeout(look, PACE_MS);
  };
  look();
  return () => (stopped = true);
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
