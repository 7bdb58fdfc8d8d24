// Makes photos small, one after the other, and sends each; hands the page the tokens it gets.
//
// What the page gives: `label`, `about` (what photos chosen now are of), `address` (relative to the
// page), `most` photos at once, and of the server's gate `pixels` and `bytes` that it keeps as they
// are, `limit` (bytes that it takes at all). What the page gets, once a batch: `delivered` =
// {photos: [{name, token}], refused: [{name, reason}], about, unreachable}.

const QUALITY = 0.92;
const MIN_SIDE = 32;
const NETWORK_TRIES = 4;
const BUSY_TRIES = 60;
const MOST_WAIT_S = 30;
const SEND_TIMEOUT_MS = 120_000;

class Refused extends Error {}
class Unreachable extends Error {}

const pickers = new WeakMap();

export default function show(component) {
  const root = component.parentElement;
  const section = root.querySelector(".picker");
  if (!pickers.has(section)) pickers.set(section, new Picker(section));
  pickers.get(section).update(component);
}

class Picker {
  constructor(section) {
    this.section = section;
    this.part = (name) => section.querySelector(name);
    this.stopper = null; // Of the batch under way
    const [zone, input] = [this.part(".zone"), this.part("input")];
    this.part(".choose").onclick = () => input.click();
    this.part(".stop").onclick = () => this.stopper?.abort();
    input.onchange = () => {
      this.take([...input.files]);
      input.value = ""; // The same photo may be chosen again.
    };
    zone.ondragover = (event) => {
      event.preventDefault();
      zone.classList.add("over");
    };
    zone.ondragleave = () => zone.classList.remove("over");
    zone.ondrop = (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      this.take([...event.dataTransfer.files]);
    };
  }

  update({ data, setTriggerValue }) {
    this.data = data;
    this.deliver = (value) => setTriggerValue("delivered", value);
    this.part(".title").textContent = data.label;
  }

  async take(files) {
    if (this.stopper || files.length === 0) return;
    this.stopper = new AbortController();
    this.refused = [];
    this.about = this.data.about; // The visitor may choose another class meanwhile.
    this.part(".refused").replaceChildren();
    this.show(true);
    const batch = files.slice(0, this.data.most);
    const photos = [];
    let unreachable = false;
    for (const [number, file] of batch.entries()) {
      if (this.stopper.signal.aborted || !this.section.isConnected) break;
      this.report(number, batch.length);
      try {
        photos.push({ name: file.name, token: await this.send(file, number, batch.length) });
      } catch (error) {
        if (this.stopper.signal.aborted) break;
        if (error instanceof Unreachable) {
          unreachable = true;
          break;
        }
        this.refuse(file, error instanceof Refused ? error.message : "It cannot be read.");
      }
    }
    const most = this.data.most;
    files.slice(most).forEach((file) => this.refuse(file, `left out, ${most} at a time is the most.`));
    this.finish(photos, files.length, unreachable);
  }

  finish(photos, total, unreachable) {
    this.stopper = null;
    this.show(false);
    this.part(".status").textContent = `${photos.length} of ${total} arrived.`;
    this.part(".refused").replaceChildren(); // The page says it from here on.
    if (photos.length || this.refused.length || unreachable) {
      this.deliver({ photos, refused: this.refused, about: this.about, unreachable });
    }
  }

  async send(file, number, total) {
    const photo = await shrunk(file, this.data);
    if (photo.size > this.data.limit) {
      const megabytes = (bytes) => Math.round(bytes / 1e6);
      throw new Refused(
        `The file has ${megabytes(photo.size)} MB; ${megabytes(this.data.limit)} MB is the most. ` +
          "Save a smaller copy.",
      );
    }
    const body = await photo.arrayBuffer(); // Fails here where the file is gone, not while sending.
    return post(this.data.address, body, this.stopper.signal, (waits) =>
      this.report(number, total, waits ? ": the server is busy, waiting." : ""),
    );
  }

  report(number, total, more = "") {
    this.part(".status").textContent = `Photo ${number + 1} of ${total}${more}`;
    Object.assign(this.part("progress"), { max: total, value: number });
  }

  refuse(file, reason) {
    this.refused.push({ name: file.name, reason });
    const line = document.createElement("li");
    line.textContent = `${file.name}: ${reason}`;
    this.part(".refused").append(line);
  }

  show(busy) {
    this.part(".work").hidden = !busy;
    this.part(".choose").disabled = busy;
  }
}

// A JPEG of as many pixels as the server's gate keeps; the file itself where it is small already, or
// where this browser cannot read it: the gate decides.
async function shrunk(file, { pixels, bytes }) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  try {
    const share = Math.sqrt(pixels / (bitmap.width * bitmap.height));
    if ((share >= 1 && file.size <= bytes) || !drawsFaithfully()) return file;
    const side = (length) =>
      share >= 1 ? length : Math.min(length, Math.max(MIN_SIDE, Math.floor(length * share)));
    return (await drawn(bitmap, side(bitmap.width), side(bitmap.height))) ?? file;
  } finally {
    bitmap.close(); // A phone has no room for the next one beside it.
  }
}

async function drawn(bitmap, width, height) {
  const canvas = canvasOf(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // Under what is transparent, as the gate does.
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  if (canvas.convertToBlob) return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

function canvasOf(width, height) {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

// Some browsers give noise instead of a canvas's pixels, so that nobody is told by them.
function drawsFaithfully() {
  const context = canvasOf(8, 8).getContext("2d");
  const colour = [200, 100, 50, 255];
  context.fillStyle = `rgb(${colour.slice(0, 3)})`;
  context.fillRect(0, 0, 8, 8);
  return context.getImageData(0, 0, 8, 8).data.every((value, index) => value === colour[index % 4]);
}

async function post(address, body, signal, onWait) {
  for (let networkTries = 1, busyTries = 1; ; ) {
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/octet-stream" },
        signal: endingWith(signal),
      });
    } catch {
      if (signal.aborted || networkTries === NETWORK_TRIES) throw new Unreachable();
      await pause(networkTries, signal);
      networkTries += 1;
      continue;
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.token) return said.token;
    const isBusy = answer.status === 429 || answer.status === 503;
    if (isBusy && busyTries < BUSY_TRIES) {
      onWait(true);
      // Not all at the same moment.
      await pause((Number(answer.headers.get("Retry-After")) || 2) + Math.random(), signal);
      onWait(false);
      busyTries += 1;
      continue;
    }
    if (said.error && (isBusy || answer.status === 413)) throw new Refused(said.error);
    throw new Unreachable();
  }
}

// `AbortSignal.any` and `timeout`, for browsers without.
function endingWith(signal) {
  const ending = new AbortController();
  signal.addEventListener("abort", () => ending.abort());
  setTimeout(() => ending.abort(), SEND_TIMEOUT_MS);
  return ending.signal;
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(seconds, MOST_WAIT_S) * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)));
  });
}
