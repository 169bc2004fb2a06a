// Pictures of walks: a curve with the weight over the steps below it, or a map with paths on it.

const BANDS = 15, BEND = 0.4; // levels of a map; below 1 there are more of them in the valleys
const PAD = { left: 46, right: 12, top: 10, bottom: 30 };

/** From weights to pixels and back, inside the part of the canvas that a picture has. */
function frameOf({ low, high }, box) {
  const span = high.map((h, i) => h - low[i]);
  return {
    ...box,
    x: (w) => box.left + ((w - low[0]) / span[0]) * (box.right - box.left),
    y: (w) => box.bottom - ((w - low[1]) / span[1]) * (box.bottom - box.top),
    back: (px, py) => [
      low[0] + ((px - box.left) / (box.right - box.left)) * span[0],
      low[1] + ((box.bottom - py) / (box.bottom - box.top)) * span[1],
    ],
  };
}

/** Nice numbers between two ends, some `count` of them. */
function ticksOf(low, high, count) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step / 1e6; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return found;
}

function paintAxis(c, box, ticks, place, text, colors, vertical) {
  c.fillStyle = colors.muted;
  c.strokeStyle = colors.grid;
  c.lineWidth = 1;
  c.textBaseline = vertical ? "middle" : "top";
  c.textAlign = vertical ? "right" : "center";
  for (const v of ticks) {
    const at = place(v), label = String(Number(v.toPrecision(6))).replace("-", "−");
    c.beginPath();
    if (vertical) { c.moveTo(box.left, at); c.lineTo(box.right, at); c.fillText(label, box.left - 5, at); }
    else { c.moveTo(at, box.top); c.lineTo(at, box.bottom); c.fillText(label, at, box.bottom + 4); }
    c.stroke();
  }
  if (vertical) {
    c.save();
    c.translate(9, (box.top + box.bottom) / 2);
    c.rotate(-Math.PI / 2);
    c.textAlign = "center";
    c.fillText(text, 0, 0);
    c.restore();
  } else c.fillText(text, (box.left + box.right) / 2, box.bottom + 17);
}

/** Bands of equal loss with a fine line between two of them, each pixel interpolated. */
function bandsOf({ values, shape: [rows, columns] }, width, height, tints) {
  let low = Infinity, high = -Infinity;
  for (const v of values) { if (v < low) low = v; if (v > high) high = v; }
  const image = new ImageData(width, height), levels = new Uint8Array(width * height);
  for (let py = 0; py < height; py++) {
    const gy = (1 - py / (height - 1)) * (rows - 1), y0 = Math.min(rows - 2, Math.floor(gy)), fy = gy - y0;
    for (let px = 0; px < width; px++) {
      const gx = (px / (width - 1)) * (columns - 1), x0 = Math.min(columns - 2, Math.floor(gx)), fx = gx - x0;
      const at = y0 * columns + x0;
      const v = (values[at] * (1 - fx) + values[at + 1] * fx) * (1 - fy)
        + (values[at + columns] * (1 - fx) + values[at + columns + 1] * fx) * fy;
      const i = py * width + px;
      levels[i] = Math.min(BANDS - 1, ((v - low) / (high - low)) ** BEND * BANDS);
      const line = (px && levels[i - 1] !== levels[i]) || (py && levels[i - width] !== levels[i]);
      const t = levels[i] / (BANDS - 1);
      for (let k = 0; k < 3; k++) image.data[4 * i + k] = line ? tints[2][k] : tints[0][k] + (tints[1][k] - tints[0][k]) * t;
      image.data[4 * i + 3] = 255;
    }
  }
  return image;
}

/** A line through points up to a step; it stops where a number is none. */
function paintPath(c, at, upTo, color, width, faint) {
  c.strokeStyle = color;
  c.lineWidth = width;
  c.globalAlpha = faint;
  c.lineJoin = "round";
  c.beginPath();
  for (let t = 0; t <= upTo; t++) {
    const [x, y] = at(t);
    if (!Number.isFinite(x) || !Number.isFinite(y)) break;
    const px = Math.max(-1e4, Math.min(1e4, x)), py = Math.max(-1e4, Math.min(1e4, y));
    if (t) c.lineTo(px, py); else c.moveTo(px, py);
  }
  c.stroke();
  c.globalAlpha = 1;
}

function paintDot(c, x, y, radius, color, ring) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  c.beginPath();
  c.arc(x, y, radius, 0, 7);
  c.fillStyle = color;
  c.fill();
  c.lineWidth = 2;
  c.strokeStyle = ring;
  c.stroke();
}

/** A minimum: its number in a disc of the color that it has in every picture of this page. */
function paintPlace(c, x, y, { label, color, ink }, ring) {
  paintDot(c, x, y, 9, color, ring);
  c.save();
  c.fillStyle = ink;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `700 ${c.font}`;
  c.fillText(label, x, y + 0.5);
  c.restore();
}

function clipTo(c, box) {
  c.beginPath();
  c.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  c.clip();
}

/** Where the start is: a ring that can be dragged. */
function paintStart(c, x, y, colors) {
  c.lineWidth = 3;
  c.strokeStyle = colors.ground;
  c.beginPath(); c.arc(x, y, 9.5, 0, 7); c.stroke();
  c.lineWidth = 2.5;
  c.strokeStyle = colors.blue;
  c.beginPath(); c.arc(x, y, 8, 0, 7); c.stroke();
}
