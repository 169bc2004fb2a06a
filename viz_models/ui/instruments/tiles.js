// Tensors as tiles. A group is one tensor; k counts its values in memory, t y x are its tile and
// cell as sent, and a "cell" is the true [c, y, x] (or [c] in a vector) that people read.

const BASE = 14; // px of a root that is not presenting; sizes in px are meant at this type size
const LEAST_TILE = 18, LARGEST_CELL = 64, LARGEST_TILE = 240, NUMBERS_FROM = 26, LINES_FROM = 10, LEAST_SHARE = 56;
const CHOSEN = "forward-pass-cell"; // tells the other tiles of a page, which share the parameter
const ECHO = 3000; // ms within which Python may repeat an older choice of ours
const MARGIN = 4; // room for the outline of the outermost tiles
const clamp = (v, low, high) => Math.max(low, Math.min(high, v));

// ------------------------------------------------------------------ what was sent

function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}

/** Values as numbers; half precision came as bits and in units of `scale`. */
function read(arrays, at, scale) {
  const values = arrays[at]?.values ?? null;
  return values instanceof Uint16Array ? Float32Array.from(values, (b) => halfToFloat(b) * scale) : values;
}

function readGroup(header, arrays) {
  const group = { ...header };
  group.values = read(arrays, header.values, header.scale);
  group.hatched = read(arrays, header.hatched);
  group.overlay = read(arrays, header.overlay, header.overlayScale);
  [group.n, group.h, group.w] = header.shape;
  group.photo = header.scheme === "photo";
  group.strip = group.h * group.w === 1 ? group.n > 1 : header.vector; // one long row that wraps
  return group;
}

const count = (g) => g.n * g.h * g.w;
const isHatched = (g, k) => !g.photo && (!Number.isFinite(g.values[k]) || Boolean(g.hatched?.[k % (g.h * g.w)]));

/** The true indices of value k. */
function cellOf(g, k) {
  if (g.vector) return [g.indices?.[k] ?? g.offset[1] + g.stride * k];
  const t = Math.floor(k / (g.h * g.w)), rest = k % (g.h * g.w);
  const y = Math.floor(rest / g.w), x = rest % g.w;
  return [g.indices?.[t] ?? t, g.offset[0] + g.stride * y, g.offset[1] + g.stride * x];
}

/** Where true indices are in memory, -1 when this group does not hold them. */
function find(g, cell) {
  if (!cell || cell.length !== (g.vector ? 1 : 3)) return -1;
  const steps = (i, axis) => Math.floor((i - g.offset[axis]) / g.stride);
  const has = (i, size) => i >= 0 && i < size;
  if (g.vector) {
    const k = g.indices ? g.indices.indexOf(cell[0]) : steps(cell[0], 1);
    return has(k, g.w) ? k : -1;
  }
  const t = g.indices ? g.indices.indexOf(cell[0]) : cell[0], y = steps(cell[1], 0), x = steps(cell[2], 1);
  return has(t, g.n) && has(y, g.h) && has(x, g.w) ? (t * g.h + y) * g.w + x : -1;
}

// ------------------------------------------------------------------ numbers as people read them

/** In a cell an exact 0 is "0" and a tiny value is "0.00". */
function inCell(value, decimals) {
  if (!Number.isFinite(value) || value === 0) return value === 0 ? "0" : digits(value);
  return value.toFixed(decimals).replace("-", "−");
}

function describe(g, k) {
  const cell = cellOf(g, k), names = g.vector ? ["c"] : ["c", "y", "x"];
  const shown = g.n === 1 && !g.indices && !g.vector ? [1, 2] : names.keys();
  const where = [...shown].map((i) => `${names[i]} ${digits(cell[i])}`).join(" · ");
  if (g.photo && !g.overlay) return [where, g.values.slice(3 * k, 3 * k + 3).join(" ")];
  const value = (g.overlay ?? g.values)[k];
  return [where, (g.exact ? digits(value) : `≈ ${digits(value, 3)}`) + unitOf(g)];
}

const unitOf = (g) => (g.unit ? ` ${g.unit}` : "");

// ------------------------------------------------------------------ where things go

/** Columns, tile size (css px) and gap, so that all n tiles are as large as the room allows. */
function fitTiles(g, room, unit) {
  if (g.strip) return fitStrip(g, room, unit);
  const gap = g.n > 1 ? Math.max(2, Math.round(3 * unit)) : 0, aspect = g.w / g.h;
  const size = g.size && Math.min(g.size * unit, room.width) * Math.min(1, aspect);
  let best = { width: 0, columns: 1 };
  for (let columns = g.columns ?? 1; columns <= (g.columns ?? g.n); columns++) {
    const rows = Math.ceil(g.n / columns), wide = (room.width + gap) / columns - gap;
    const width = Math.min(wide, ((room.height + gap) / rows - gap) * aspect);
    if (width > best.width) best = { width, columns };
  }
  const cap = Math.min(LARGEST_CELL * g.w, g.n > 1 ? LARGEST_TILE * Math.min(1, aspect) : Infinity) * unit;
  let width = size || Math.min(best.width, cap), columns = best.columns;
  const least = Math.min(LEAST_TILE * unit * Math.min(1, aspect), room.width);
  const scrolls = !size && width < least;
  if (scrolls) width = least;
  const cell = snap(width, g.w, scrolls);
  width = cell * g.w;
  if (size || scrolls) columns = g.columns ?? clamp(Math.floor((room.width + gap) / (width + gap)), 1, g.n);
  return { columns, width, height: cell * g.h, gap, cell };
}

/** Cells of one vector in rows: as large as they can be, in even rows where that costs little. */
function fitStrip(g, room, unit) {
  const total = count(g);
  let best = { score: 0 };
  for (let rows = 1; rows <= total; rows++) {
    const columns = Math.ceil(total / rows);
    const cell = Math.min(room.width / columns, room.height / rows, 30 * unit);
    const score = cell * (columns * rows === total ? 1 : 0.6);
    if (score > best.score + 1e-6) best = { score, columns, cell };
  }
  const cell = snap(Math.max(best.cell, 3), 1);
  return { columns: g.columns ?? best.columns, width: cell, height: cell, gap: 0, cell };
}

/** A cell's size: whole device pixels once it has two of them, which is what makes tiles crisp. */
function snap(width, cells, up = false) {
  const device = (width * devicePixelRatio) / cells, whole = up ? Math.ceil(device) : Math.floor(device);
  return (device >= 2 ? whole : Math.floor(device * cells) / cells) / devicePixelRatio;
}

function layOut(model) {
  const { root, groups, figures, header } = model, many = groups.length;
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / BASE;
  const total = root.querySelector(".stage").clientWidth, gap = 0.6 * BASE * unit;
  if (!total) return;
  model.unit = unit;
  const operators = figures.map((f) => f.querySelector(".operator").offsetWidth);
  const inRow = (total - operators.reduce((a, b) => a + b, 0) - gap * (many - 1)) / many;
  const wraps = inRow < LEAST_SHARE * unit;
  const columns = Math.max(1, Math.floor((total + gap) / ((LEAST_SHARE + 20) * unit + Math.max(...operators) + gap)));
  const share = wraps ? (total + gap) / Math.min(columns, many) - gap - Math.max(...operators) : inRow;
  const fixed = header.height && !wraps ? header.height * unit : 0, foot = root.querySelector(".foot").offsetHeight;
  groups.forEach((g, i) => {
    figures[i].style.maxWidth = many > 1 && !g.size ? `${share + operators[i]}px` : "";
    const free = fixed - foot - figures[i].offsetHeight + figures[i].querySelector(".view").offsetHeight;
    const height = fixed ? Math.max(free, LEAST_TILE) : (g.strip ? 160 : 320) * unit;
    g.room = { width: Math.floor(g.size ? total : share) - 2 * MARGIN, height: height - 2 * MARGIN };
    g.place = fitTiles(g, g.room, unit);
  });
  shareRows(groups);
  groups.forEach((g, i) => size(g, figures[i], fixed ? g.room.height + 2 * MARGIN : 420 * unit));
  root.style.minHeight = fixed ? `${fixed}px` : "";
}

/** Matrices with equally many rows get rows of one height. */
function shareRows(groups) {
  const single = groups.filter((g) => g.n === 1 && !g.strip && !g.size);
  for (const g of single) {
    const cell = Math.min(...single.filter((o) => o.h === g.h).map((o) => o.place.cell));
    Object.assign(g.place, { width: cell * g.w, height: cell * g.h });
  }
  for (const g of single) g.place.cell = g.place.width / g.w;
}

function size(g, figure, tallest) {
  const { columns, width, height, gap } = g.place, rows = Math.ceil((g.strip ? count(g) : g.n) / columns);
  const canvas = figure.querySelector("canvas"), ratio = devicePixelRatio;
  g.width = columns * (width + gap) - gap + 2 * MARGIN;
  g.height = rows * (height + gap) - gap + 2 * MARGIN;
  Object.assign(canvas, { width: Math.round(g.width * ratio), height: Math.round(g.height * ratio) });
  Object.assign(canvas.style, { width: `${g.width}px`, height: `${g.height}px` });
  figure.querySelector(".view").style.maxHeight = g.height > tallest + 1 ? `${tallest}px` : "";
}

/** Left, top, width and height of value k on the canvas. */
function rectOf(g, k) {
  const { columns, width, height, cell } = g.place;
  if (g.strip) return [MARGIN + (k % columns) * cell, MARGIN + Math.floor(k / columns) * cell, cell, cell];
  const t = Math.floor(k / (g.h * g.w)), rest = k % (g.h * g.w), [left, top] = tileAt(g, t);
  const tall = height / g.h, wide = width / g.w;
  return [left + (rest % g.w) * wide, top + Math.floor(rest / g.w) * tall, wide, tall];
}

function tileAt(g, t) {
  const { columns, width, height, gap } = g.place;
  return [MARGIN + (t % columns) * (width + gap), MARGIN + Math.floor(t / columns) * (height + gap)];
}

/** Which value is under a point of the canvas, -1 between tiles. */
function hit(g, px, py) {
  const { columns, width, height, gap } = g.place, x = px - MARGIN, y = py - MARGIN;
  const column = Math.floor(x / (width + gap)), row = Math.floor(y / (height + gap));
  const t = row * columns + column, dx = x - column * (width + gap), dy = y - row * (height + gap);
  if (x < 0 || y < 0 || column >= columns || dx >= width || dy >= height) return -1;
  if (g.strip) return t < count(g) ? t : -1;
  const cellX = Math.floor((dx / width) * g.w), cellY = Math.floor((dy / height) * g.h);
  return t < g.n ? (t * g.h + cellY) * g.w + cellX : -1;
}

// ------------------------------------------------------------------ paint

function limitsOf(g, t, own) {
  if (!own || g.photo) return g.limits;
  let low = Infinity, high = -Infinity;
  for (let k = t * g.h * g.w; k < (t + 1) * g.h * g.w; k++) {
    if (Number.isFinite(g.values[k])) { low = Math.min(low, g.values[k]); high = Math.max(high, g.values[k]); }
  }
  if (g.scheme !== "diverging") return [low, high];
  return [-Math.max(-low, high), Math.max(-low, high)];
}

/** Position of a value in the lookup table; a map without contrast is all low, or all middle. */
function shade(value, [low, high], scheme) {
  if (!(high > low)) return scheme === "diverging" ? 128 : 0;
  return clamp(Math.round(((value - low) / (high - low)) * 255), 0, 255);
}

function rgba(lut, i, alpha = 255) { // little-endian, as ImageData has it
  return ((alpha << 24) | (lut[3 * i + 2] << 16) | (lut[3 * i + 1] << 8) | lut[3 * i]) >>> 0;
}

/** A canvas with one pixel a value, tiles below each other; what is hatched stays clear. */
function sheetOf(g, model) {
  const columns = g.strip ? g.place.columns : g.w, total = count(g), lut = model.luts[g.scheme];
  const sheet = new OffscreenCanvas(columns, Math.ceil(total / columns)), context = sheet.getContext("2d");
  const image = context.createImageData(sheet.width, sheet.height), pixels = new Uint32Array(image.data.buffer);
  const colors = lut && Uint32Array.from({ length: 256 }, (_, i) => rgba(lut, i));
  let limits = g.limits;
  for (let k = 0; k < total; k++) {
    if (g.photo) { pixels[k] = rgba(g.values, k); continue; }
    if (model.own && !g.strip && k % (g.h * g.w) === 0) limits = limitsOf(g, k / (g.h * g.w), true);
    if (!isHatched(g, k)) pixels[k] = colors[shade(g.values[k], limits, g.scheme)];
  }
  context.putImageData(image, 0, 0);
  return sheet;
}

function heatOf(g, model) {
  const sheet = new OffscreenCanvas(g.w, g.h), context = sheet.getContext("2d");
  const image = context.createImageData(g.w, g.h), pixels = new Uint32Array(image.data.buffer);
  const top = g.overlay.reduce((a, b) => Math.max(a, b), 0) || 1;
  g.overlay.forEach((v, k) => { // the root keeps the faint rim of a footprint visible
    pixels[k] = rgba(model.luts.sequential, shade(v, [0, top]), Math.round(230 * Math.sqrt(clamp(v / top, 0, 1))));
  });
  context.putImageData(image, 0, 0);
  return sheet;
}

/** Everything but the choice and the pointer, painted once per layout. */
function basePicture(g, model, canvas) {
  const base = new OffscreenCanvas(canvas.width, canvas.height), context = base.getContext("2d");
  const { width, height, cell } = g.place, sheet = sheetOf(g, model);
  context.scale(devicePixelRatio, devicePixelRatio);
  context.imageSmoothingEnabled = cell * devicePixelRatio < (g.photo ? 3 : 1); // crisp when enlarged
  context.imageSmoothingQuality = "high";
  if (g.strip) context.drawImage(sheet, MARGIN, MARGIN, sheet.width * cell, sheet.height * cell);
  else for (let t = 0; t < g.n; t++) context.drawImage(sheet, 0, t * g.h, g.w, g.h, ...tileAt(g, t), width, height);
  if (g.overlay) context.drawImage(heatOf(g, model), ...tileAt(g, 0), width, height);
  if (!g.photo) hatch(g, model, context);
  if (cell >= LINES_FROM * model.unit && !g.photo) lines(g, model, context);
  if (g.showValues && cell >= NUMBERS_FROM * model.unit) numbers(g, model, context);
  return base;
}

function hatch(g, model, context) {
  context.beginPath();
  let any = false;
  for (let k = 0; k < count(g); k++) if (isHatched(g, k)) { context.rect(...rectOf(g, k)); any = true; }
  if (!any) return;
  context.fillStyle = model.color.soft;
  context.fill();
  context.save();
  context.clip();
  context.beginPath();
  for (let x = -g.height; x < g.width; x += 5 * model.unit) { context.moveTo(x, g.height); context.lineTo(x + g.height, 0); }
  Object.assign(context, { strokeStyle: model.color.muted, lineWidth: 1, globalAlpha: 0.35 });
  context.stroke();
  context.restore();
}

function lines(g, model, context) {
  context.strokeStyle = model.color.ground;
  context.lineWidth = 1;
  context.beginPath();
  for (let k = 0; k < count(g); k++) context.rect(...rectOf(g, k));
  context.stroke();
}

function numbers(g, model, context) {
  const finite = [...g.values].filter((v, k) => Number.isFinite(v) && !g.hatched?.[k % (g.h * g.w)]);
  const largest = finite.reduce((a, v) => Math.max(a, Math.abs(v)), 0), cell = g.place.cell;
  let decimals = largest ? clamp(2 - Math.floor(Math.log10(largest)), 0, 4) : 0;
  if (largest >= 0.1 && largest < 1) decimals = 2;
  context.font = `${Math.min(0.34 * cell, 12.5 * model.unit)}px ${model.color.mono}`;
  const widest = () => Math.max(0, ...finite.map((v) => context.measureText(inCell(v, decimals)).width));
  while (decimals > 0 && widest() > cell - 4) decimals--;
  Object.assign(context, { textAlign: "center", textBaseline: "middle" });
  for (let k = 0; k < count(g); k++) {
    const [x, y, w, h] = rectOf(g, k), lut = model.luts[g.scheme];
    const i = 3 * shade(g.values[k], limitsOf(g, Math.floor(k / (g.h * g.w)), model.own && !g.strip), g.scheme);
    const light = 0.3 * lut[i] + 0.59 * lut[i + 1] + 0.11 * lut[i + 2] > 140;
    context.fillStyle = isHatched(g, k) ? model.color.muted : light ? "#16202c" : "#ffffff";
    context.fillText(inCell(g.values[k], decimals), x + w / 2, y + h / 2 + 0.5);
  }
}

/** The choice, the boxes and the pointer on top of the base picture. */
function paint(model) {
  model.groups.forEach((g, i) => {
    if (!g.place) return;
    const canvas = model.figures[i].querySelector("canvas"), context = canvas.getContext("2d");
    g.base ??= basePicture(g, model, canvas);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(g.base, 0, 0);
    context.scale(devicePixelRatio, devicePixelRatio);
    for (let t = 0; t < g.n && !g.strip; t++) g.boxes.forEach((box) => frame(g, t, box, model, context));
    if (model.over?.g === g) outline(context, rectOf(g, model.over.k), model.color.text, model, 1);
    const k = g.pick === "cell" ? find(g, model.choice) : -1;
    if (k >= 0) markChoice(g, k, model, context);
  });
}

function outline(context, [x, y, w, h], color, model, width, dashed = [false, false, false, false]) {
  const corners = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
  for (const [stroke, extra] of [[model.color.ground, 1.5], [color, 0]]) { // a halo first, to stand out on any map
    Object.assign(context, { strokeStyle: stroke, lineWidth: width + extra, lineCap: extra ? "butt" : "square" });
    corners.forEach((from, side) => {
      context.setLineDash(dashed[side] && !extra ? [3, 4] : []);
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...corners[(side + 1) % 4]);
      context.stroke();
    });
  }
  context.setLineDash([]);
}

function markChoice(g, k, model, context) {
  const [x, y, w, h] = rectOf(g, k), least = 5 * model.unit;
  const wide = Math.max(w, least), tall = Math.max(h, least);
  outline(context, [x + (w - wide) / 2, y + (h - tall) / 2, wide, tall], model.color.chosen, model, w < 12 ? 1.25 : 2);
  if (g.strip || g.n === 1) return;
  const [left, top] = tileAt(g, Math.floor(k / (g.h * g.w)));
  context.strokeStyle = model.color.chosen;
  context.lineWidth = 2;
  context.strokeRect(left - 1, top - 1, g.place.width + 2, g.place.height + 2);
}

function frame(g, t, [top, left, bottom, right, role], model, context) {
  const [x0, y0] = tileAt(g, t), step = (i, axis) => (i - g.offset[axis]) / g.stride;
  const edges = [step(top, 0), step(right, 1), step(bottom, 0), step(left, 1)], most = [g.h, g.w, g.h, g.w];
  const outside = edges.map((e, i) => e < 0 || e > most[i]);
  const [t0, r, b, l] = edges.map((e, i) => clamp(e, 0, most[i]) * (g.place.width / g.w));
  const color = { chosen: model.color.chosen, checked: model.color.checked }[role] ?? model.color.text;
  outline(context, [x0 + l, y0 + t0, r - l, b - t0], color, model, role === "plain" ? 1 : 2, outside);
}

// ------------------------------------------------------------------ the page around the canvases

function figureOf() {
  const figure = make("figure", "group"), view = make("div", "view");
  view.append(make("canvas", "cells"));
  figure.append(make("span", "operator"), make("div", "head"), view, make("div", "bar"), make("div", "below"));
  return figure;
}

/** One figure per group, kept over reruns so that nothing flickers and scrolling stays. */
function build(model) {
  const { root, groups } = model, stage = root.querySelector(".stage"), alone = groups.length === 1;
  const contrast = root.querySelector(".contrast");
  const kept = [...stage.querySelectorAll(".group")];
  root.querySelector(".foot").append(contrast); // out of the way of replaceChildren below
  model.figures = groups.map((_, i) => kept[i] ?? figureOf());
  stage.className = `stage ${alone ? "alone" : "row"}`;
  if (kept.length !== groups.length) stage.replaceChildren(...model.figures);
  model.figures.forEach((figure, i) => {
    const text = groups[i - 1]?.after ?? "", operator = figure.querySelector(".operator");
    operator.textContent = text;
    operator.className = `operator ink ${text.length > 1 ? "word" : ""}`;
  });
  groups.forEach((g, i) => dress(model, g, model.figures[i], alone));
  contrast.hidden = !model.header.contrast;
  if (alone && groups[0].bar) model.figures[0].querySelector(".bar").append(contrast);
  contrast.style.marginLeft = "auto";
  contrast.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(Boolean(b.dataset.own) === model.own)));
}

function dress(model, g, figure, alone) {
  const canvas = figure.querySelector("canvas"), below = figure.querySelector(".below"), head = figure.querySelector(".head");
  canvas.dataset.group = g.name;
  canvas.className = `cells ${{ cell: "picks", paint: "paints" }[g.pick] ?? ""}`;
  const notes = g.note ? [make("span", "note ink", g.note)] : [];
  head.replaceChildren(...(g.title ? [make("span", "title ink", g.title)] : []), ...(alone ? notes : []));
  below.replaceChildren(...(alone ? [] : notes));
  const bar = figure.querySelector(".bar");
  bar.hidden = !g.bar || g.photo;
  bar.style.display = bar.hidden ? "none" : "";
  if (bar.hidden) return;
  const [low, high] = model.own ? ["min", "max"] : g.limits.map((v) => digits(v, 3));
  bar.replaceChildren(make("span", "ink", low), rampOf(model.luts[g.scheme]), make("span", "ink", high + unitOf(g)));
}

function rampOf(lut) {
  const ramp = Object.assign(make("canvas", "ramp"), { width: 256, height: 1 }), context = ramp.getContext("2d");
  const image = context.createImageData(256, 1);
  new Uint32Array(image.data.buffer).forEach((_, i, pixels) => { pixels[i] = rgba(lut, i); });
  context.putImageData(image, 0, 0);
  return ramp;
}

function colorsOf(root) {
  const style = getComputedStyle(root), read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    ground: read("background-color"), soft: read("secondary-background-color"), text: read("text-color"),
    muted: read("gray-text-color"), chosen: read("orange-color"),
    checked: read("green-color"), mono: read("code-font") || "monospace",
  };
}

// ------------------------------------------------------------------ pointer, keys, saving

function follow(model, cell) {
  model.choice = model.root.choice = cell;
  model.root.dataset.cell = cell.join(",");
  model.root.sent.push([String(cell), performance.now()]);
  paint(model);
}

function tell(model, cell, wait = 0) {
  const { root, header } = model;
  follow(model, cell);
  window.dispatchEvent(new CustomEvent(CHOSEN, { detail: { root, param: header.param, cell } }));
  clearTimeout(root.timer); // a held key reports once it rests: the browser limits address changes
  root.timer = setTimeout(() => {
    writeParam(header.param, String(cell) === String(header.default) ? null : cell.join(","));
    model.setTriggerValue("cell", cell); // an event, so that choosing the same cell again counts
  }, wait);
}

function showTip(model, event, g, k) {
  const [where, value] = describe(g, k), tip = model.root.querySelector(".tip");
  tip.replaceChildren(where, make("b", "", value));
  openTip(tip);
  const { width, height } = tip.getBoundingClientRect(), right = event.clientX + 14;
  tip.style.left = `${right + width > innerWidth ? Math.max(4, event.clientX - width - 10) : right}px`;
  tip.style.top = `${event.clientY - height - 12 < 0 ? event.clientY + 18 : event.clientY - height - 12}px`;
}

function hover(model, event, g, k) {
  const changed = model.over?.g !== g || model.over?.k !== k;
  model.over = k < 0 ? null : { g, k };
  if (changed) paint(model);
  if (k < 0) closeTip(model.root.querySelector(".tip"));
  else showTip(model, event, g, k);
}

function brush(model, g, k) {
  const [, y, x] = cellOf(g, k);
  g.values[k] = model.stroke.on ? 1 : 0;
  model.stroke.cells.set(k, [[y, x], model.stroke.on]);
  g.base = null;
  paint(model);
}

function listen(model, g, canvas) {
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    return hit(g, event.clientX - box.left, event.clientY - box.top);
  };
  canvas.onpointermove = (event) => {
    const k = under(event);
    if (model.stroke && k >= 0) brush(model, g, k);
    hover(model, event, g, k);
  };
  canvas.onpointerleave = (event) => setTimeout(() => hover(model, event, g, -1), event.pointerType === "mouse" ? 0 : 2500);
  canvas.onpointerdown = (event) => {
    const k = under(event);
    if (event.pointerType !== "mouse") hover(model, event, g, k);
    if (g.pick !== "paint" || k < 0 || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    model.stroke = { on: !g.values[k], cells: new Map() };
    brush(model, g, k);
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (model.stroke) model.setTriggerValue("painted", [...model.stroke.cells.values()]);
    model.stroke = null;
  };
  canvas.onclick = (event) => {
    const k = under(event);
    if (g.pick !== "cell" || k < 0) return;
    model.root.active = g.name;
    tell(model, cellOf(g, k));
  };
}

function onKey(model, event) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  const able = model.groups.filter((g) => g.pick === "cell");
  const g = able.find((o) => o.name === model.root.active) ?? able.find((o) => find(o, model.choice) >= 0) ?? able[0];
  if (!g?.place || (!dx && !dy) || isForSomeoneElse(event)) return;
  event.preventDefault();
  event.stopPropagation();
  const k = neighbor(g, find(g, model.choice), dx, dy, event.shiftKey);
  tell(model, cellOf(g, k), 90);
  const [x, y, w, h] = rectOf(g, k), view = model.figures[model.groups.indexOf(g)].querySelector(".view");
  view.scrollTop = clamp(view.scrollTop, y + h + 40 - view.clientHeight, y - 40);
  view.scrollLeft = clamp(view.scrollLeft, x + w + 40 - view.clientWidth, x - 40);
  const box = view.firstChild.getBoundingClientRect();
  showTip(model, { clientX: box.left + x + w, clientY: box.top + y }, g, k);
}

function neighbor(g, k, dx, dy, byTile) {
  if (k < 0) return Math.floor(g.h / 2) * g.w + Math.floor(g.w / 2);
  if (g.strip) return clamp(k + dx + dy * g.place.columns, 0, count(g) - 1);
  const area = g.h * g.w, t = Math.floor(k / area), y = Math.floor((k % area) / g.w), x = k % g.w;
  if (byTile) return clamp(t + dx + dy * g.place.columns, 0, g.n - 1) * area + (k % area);
  return t * area + clamp(y + dy, 0, g.h - 1) * g.w + clamp(x + dx, 0, g.w - 1);
}

/** The lines of a text as the browser broke them: what it says, its left end and its middle. */
function linesOf(part) {
  const lines = [], range = document.createRange(), node = part.firstChild;
  for (let i = 0; i < (node?.length ?? 0); i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const { left, top, height } = range.getBoundingClientRect(), last = lines.at(-1);
    if (last && Math.abs(last[2] - top - height / 2) < 3) last[0] += node.data[i];
    else lines.push([node.data[i], left, top + height / 2]);
  }
  return lines;
}

function save({ root, color, header }) {
  const frame = root.getBoundingClientRect(), scale = 2, pad = 12;
  const canvas = Object.assign(document.createElement("canvas"), { width: (frame.width + 2 * pad) * scale, height: (frame.height + 2 * pad) * scale });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.fillStyle = color.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(pad - frame.left, pad - frame.top);
  context.imageSmoothingEnabled = false;
  for (const part of root.querySelectorAll("canvas, .ink")) {
    const at = part.getBoundingClientRect(), style = getComputedStyle(part), view = part.closest(".view")?.getBoundingClientRect();
    context.save();
    if (view) { context.beginPath(); context.rect(view.left, view.top, view.width, view.height); context.clip(); }
    Object.assign(context, { font: style.font, fillStyle: style.color, textBaseline: "middle" });
    if (part.tagName === "CANVAS") { if (at.width) context.drawImage(part, at.left, at.top, at.width, at.height); }
    else for (const [text, x, y] of linesOf(part)) context.fillText(text, x, y);
    context.restore();
  }
  canvas.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${header.key}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

// ------------------------------------------------------------------ mounting

/** Follow Python's choice only when it is news: neither the one seen last nor an echo of ours. */
function adopt(root, header) {
  const start = String(header.start ?? ""), first = root.seen === undefined;
  root.sent = (root.sent ?? []).filter(([, when]) => performance.now() - when < ECHO);
  if (start === root.seen) return;
  const echo = root.sent.findIndex(([cell]) => cell === start);
  root.sent.splice(0, echo + 1);
  if (echo < 0 || first) root.choice = header.start;
  root.seen = start;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles"), { header, arrays } = unpack(data);
  adopt(root, header);
  const luts = Object.fromEntries(Object.entries(header.luts).map(([scheme, i]) => [scheme, arrays[i].values]));
  const groups = header.groups.map((g) => readGroup(g, arrays));
  const able = groups.filter((g) => g.pick === "cell");
  if (root.choice && able.length && able.every((g) => find(g, root.choice) < 0)) root.choice = header.start;
  const model = { root, header, luts, groups, setTriggerValue, color: colorsOf(root), choice: root.choice, own: root.own ?? false };
  const render = () => {
    build(model);
    layOut(model);
    for (const g of groups) g.base = null;
    paint(model);
  };
  root.dataset.cell = (model.choice ?? []).join(",");
  root.tabIndex = able.length ? 0 : -1;
  root.setAttribute("aria-label", [...groups.map((g) => g.title || g.name), able.length ? "arrow keys move the chosen cell" : ""].filter(Boolean).join(", "));
  render();
  groups.forEach((g, i) => listen(model, g, model.figures[i].querySelector("canvas")));
  root.onkeydown = (event) => onKey(model, event);
  root.onfocusout = () => closeTip(root.querySelector(".tip"));
  root.querySelector(".save").onclick = () => save(model);
  root.querySelector(".contrast").onclick = (event) => {
    if (event.target.dataset.own === undefined) return;
    model.own = root.own = Boolean(event.target.dataset.own);
    render();
  };
  window.removeEventListener(CHOSEN, root.hears);
  root.hears = ({ detail }) => {
    if (able.length && detail.param === header.param && detail.root !== root) follow(model, detail.cell);
  };
  window.addEventListener(CHOSEN, root.hears);
  root.watch?.disconnect();
  const extent = () => root.clientWidth + getComputedStyle(document.documentElement).fontSize;
  let drawn = extent();
  root.watch = new ResizeObserver(() => { if (extent() !== drawn) { drawn = extent(); render(); } });
  root.watch.observe(root);
  return () => {
    window.removeEventListener(CHOSEN, root.hears);
    root.watch.disconnect();
    clearTimeout(root.timer);
  };
}
