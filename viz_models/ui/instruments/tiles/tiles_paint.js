// Painting the groups: values, what is lit, labels, and the choice on top.

const FADED = 0.4; // of a color's strength where something else is lit

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

const isLit = (g, k) => !g.lit || Boolean(g.lit[k]);

/** A canvas with one pixel a value, tiles below each other; what is hatched stays clear. */
function sheetOf(g, model) {
  const columns = g.strip ? g.place.columns : g.w, total = count(g), lut = model.luts[g.scheme];
  const sheet = new OffscreenCanvas(columns, Math.ceil(total / columns)), context = sheet.getContext("2d");
  const image = context.createImageData(sheet.width, sheet.height), pixels = new Uint32Array(image.data.buffer);
  const colorsAt = (alpha) => lut && Uint32Array.from({ length: 256 }, (_, i) => rgba(lut, i, alpha));
  const colors = colorsAt(255), faded = colorsAt(Math.round(255 * FADED));
  let limits = g.limits;
  for (let k = 0; k < total; k++) {
    if (g.photo) { pixels[k] = rgba(g.values, k); continue; }
    if (model.own && !g.strip && k % (g.h * g.w) === 0) limits = limitsOf(g, k / (g.h * g.w), true);
    if (!isHatched(g, k)) pixels[k] = (isLit(g, k) ? colors : faded)[shade(g.values[k], limits, g.scheme)];
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
  if (g.strip) context.drawImage(sheet, g.pad.left, g.pad.top, sheet.width * cell, sheet.height * cell);
  else for (let t = 0; t < g.n; t++) context.drawImage(sheet, 0, t * g.h, g.w, g.h, ...tileAt(g, t), width, height);
  if (g.overlay) context.drawImage(heatOf(g, model), ...tileAt(g, 0), width, height);
  if (!g.photo) hatch(g, model, context);
  if (cell >= LINES_FROM * model.unit && !g.photo) lines(g, model, context);
  if (g.showValues && cell >= NUMBERS_FROM * model.unit) numbers(g, model, context);
  photos(g, model, context);
  if (g.lit) lightUp(g, model, context);
  return base;
}

/** One orange line around what is lit: around runs of whole tiles, else around runs of cells. */
function lightUp(g, model, context) {
  const whole = !g.strip && g.n > 1 && g.lit.every((lit, k) => lit === g.lit[k - (k % (g.h * g.w))]);
  const units = new Map();
  for (let k = 0; k < count(g); k += whole ? g.h * g.w : 1) {
    if (g.lit[k]) units.set(String(unitAt(g, k, whole)), whole ? roomOf(g, placeOf(g, k)[0]) : rectOf(g, k));
  }
  const edges = new Path2D();
  for (const [at, [x, y, w, h]] of units) {
    const [column, row] = at.split(",").map(Number), corners = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
    [[0, -1], [1, 0], [0, 1], [-1, 0]].forEach(([dx, dy], side) => {
      if (units.has(`${column + dx},${row + dy}`)) return;
      edges.moveTo(...corners[side]);
      edges.lineTo(...corners[(side + 1) % 4]);
    });
  }
  const width = whole || g.place.cell >= 12 * model.unit ? 2 : 1.25;
  for (const [stroke, extra] of [[model.color.ground, 1], [model.color.chosen, 0]]) {
    Object.assign(context, { strokeStyle: stroke, lineWidth: width * model.unit + extra, lineCap: "round" });
    context.stroke(edges);
  }
}

/** Column and row of a tile or cell, such that neighbors differ by 1 and tiles do not touch. */
function unitAt(g, k, whole) {
  const { columns } = g.place;
  if (g.strip) return [k % columns, Math.floor(k / columns)];
  const [t, y, x] = placeOf(g, k), column = t % columns, row = Math.floor(t / columns);
  return whole ? [column, row] : [column * (g.w + 1) + x, row * (g.h + 1) + y];
}

/** A tile with its half of the gaps around it. */
function roomOf(g, t) {
  const { width, height, gap } = g.place, [x, y] = tileAt(g, t);
  return [x - gap / 2, y - gap / 2, width + gap, height + gap];
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
  if (finite.every(Number.isInteger)) decimals = 0; // counts
  context.font = `${Math.min(0.34 * cell, 12.5 * model.unit)}px ${model.color.mono}`;
  const widest = () => Math.max(0, ...finite.map((v) => context.measureText(inCell(v, decimals)).width));
  while (decimals > 0 && widest() > cell - 4) decimals--;
  Object.assign(context, { textAlign: "center", textBaseline: "middle" });
  for (let k = 0; k < count(g); k++) {
    const [x, y, w, h] = rectOf(g, k), lut = model.luts[g.scheme];
    const i = 3 * shade(g.values[k], limitsOf(g, Math.floor(k / (g.h * g.w)), model.own && !g.strip), g.scheme);
    const light = 0.3 * lut[i] + 0.59 * lut[i + 1] + 0.11 * lut[i + 2] > 140;
    context.fillStyle = isHatched(g, k) || !isLit(g, k) ? model.color.muted : light ? "#16202c" : "#ffffff";
    context.fillText(isHatched(g, k) && g.hatchedText ? g.hatchedText : inCell(g.values[k], decimals), x + w / 2, y + h / 2 + 0.5);
  }
}

/** The choice, the boxes and the pointer on top of the base picture. */
function paint(model) {
  model.groups.forEach((g, i) => {
    if (!g.place) return;
    const canvas = canvasOf(model.figures[i]), context = canvas.getContext("2d");
    g.base ??= basePicture(g, model, canvas);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(g.base, 0, 0);
    context.scale(devicePixelRatio, devicePixelRatio);
    for (let t = 0; t < g.n && !g.strip; t++) g.boxes.forEach((box) => frame(g, t, box, model, context));
    if (g.draggable) paintBox(model, g, context);
    labels(g, model, context);
    if (model.over?.g === g) outline(context, rectOf(g, model.over.k), model.color.text, model, 1);
    if (isFollowing(g)) { markFollowed(g, model, context); return; }
    const k = g.pick === "cell" ? find(g, model.choice) : -1;
    if (k >= 0) markChoice(g, k, model, context);
  });
  placeBand(model);
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
  const color = g.lit ? model.color.text : model.color.chosen; // orange is taken by what is lit
  outline(context, [x + (w - wide) / 2, y + (h - tall) / 2, wide, tall], color, model, w < 12 ? 1.25 : 2);
  if (g.strip || g.n === 1 || g.lit) return;
  const [left, top] = tileAt(g, Math.floor(k / (g.h * g.w)));
  context.strokeStyle = model.color.chosen;
  context.lineWidth = 2;
  context.strokeRect(left - 1, top - 1, g.place.width + 2, g.place.height + 2);
}

function frame(g, t, [top, left, bottom, right, role, name], model, context) {
  const [x0, y0] = tileAt(g, t), step = (i, axis) => (i - g.offset[axis]) / g.stride;
  const edges = [step(top, 0), step(right, 1), step(bottom, 0), step(left, 1)], most = [g.h, g.w, g.h, g.w];
  const outside = edges.map((e, i) => e < 0 || e > most[i]);
  const [t0, r, b, l] = edges.map((e, i) => clamp(e, 0, most[i]) * (g.place.width / g.w));
  const color = { chosen: model.color.chosen, checked: model.color.checked }[role] ?? model.color.text;
  outline(context, [x0 + l, y0 + t0, r - l, b - t0], color, model, role === "plain" ? 1 : 2, outside);
  if (name) nameFrame(context, name, [x0 + l, y0 + t0], color, model, g);
}

// ------------------------------------------------------------------ labels and margins
