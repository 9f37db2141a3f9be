// Photos from the camera and voices from the microphone, made ready for the gateway.
import { keep } from '/outbox.js';

const MOST_BYTES = 12000000;
const MOST_PIXELS = 50000000;
const SIDE = 4096;
const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
export const VOICE_SECONDS = 60;
const VOICE_BYTES = 2000000;

class NoPicture extends Error {}

// `said`: the sentence for what went wrong with a photo.
export function trouble(error) {
  if (error instanceof NoPicture) error.said = 'photo.none';
  else if (!(window.crypto && crypto.subtle)) error.said = 'photo.insecure';
  return error;
}

// As it was taken where that is allowed; made smaller only where it is not.
export async function takePhoto(file) {
  const type = await typeOf(file);
  const size = await sizeOf(file);
  let blob = file;
  let said = type;
  if (!type || file.size > MOST_BYTES || size.width * size.height > MOST_PIXELS) {
    blob = await smaller(file, size);
    said = 'image/jpeg';
  }
  return { sha256: await keep(await read(blob), said), url: URL.createObjectURL(blob) };
}

function read(blob) {
  return blob.arrayBuffer ? blob.arrayBuffer() : new Response(blob).arrayBuffer();
}

// By its first bytes: what a phone says of the type is not always so.
async function typeOf(file) {
  const head = new Uint8Array(await read(file.slice(0, 12)));
  const text = String.fromCharCode(...head);
  if (head[0] === 0xff && head[1] === 0xd8) return TYPES[0];
  if (text.slice(1, 4) === 'PNG') return TYPES[1];
  return text.slice(0, 4) === 'RIFF' && text.slice(8, 12) === 'WEBP' ? TYPES[2] : '';
}

function sizeOf(file) {
  return image(file).then((found) => ({ width: found.naturalWidth, height: found.naturalHeight, image: found }));
}

function image(file) {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(file);
    const found = new Image();
    found.onload = () => { URL.revokeObjectURL(url); resolve(found); };
    found.onerror = () => { URL.revokeObjectURL(url); reject(new NoPicture()); };
    found.src = url;
  });
}

function smaller(file, size) {
  const share = Math.min(1, SIDE / Math.max(size.width, size.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(size.width * share));
  canvas.height = Math.max(1, Math.round(size.height * share));
  canvas.getContext('2d').drawImage(size.image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new NoPicture())), 'image/jpeg', 0.9));
}

export function canRecord() {
  return !!(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
}

const SOUNDS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

export class Recording {
  static async begin() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const type = SOUNDS.find((one) => MediaRecorder.isTypeSupported(one));
    return new Recording(stream, new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 }));
  }

  constructor(stream, recorder) {
    this.stream = stream;
    this.recorder = recorder;
    this.begun = performance.now();
    this.pieces = [];
    recorder.ondataavailable = (e) => { if (e.data.size) this.pieces.push(e.data); };
    recorder.start(1000);
  }

  get seconds() { return (performance.now() - this.begun) / 1000; }

  cancel() {
    if (this.recorder.state !== 'inactive') this.recorder.stop();
    for (const track of this.stream.getTracks()) track.stop();
  }

  async end() {
    const seconds = Math.round(Math.min(this.seconds, VOICE_SECONDS) * 10) / 10;
    if (this.recorder.state !== 'inactive') {
      await new Promise((resolve) => { this.recorder.onstop = resolve; this.recorder.stop(); });
    }
    for (const track of this.stream.getTracks()) track.stop();
    const type = this.recorder.mimeType.split(';')[0];
    const blob = new Blob(this.pieces, { type });
    if (!blob.size || blob.size > VOICE_BYTES) return null;
    return { sha256: await keep(await read(blob), type), seconds };
  }
}
