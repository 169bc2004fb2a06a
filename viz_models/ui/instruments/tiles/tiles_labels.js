// What stands around the tiles: labels, photos and margins of the bands. First the room that they
// take, then how they are drawn.

const LABEL = 12, NUMBER = 11.5; // px, of the labels and the margins

const ruler = new OffscreenCanvas(1, 1).getContext("2d");

function fontOf(model, size, code, bold) {
  return `${bold ? 700 : 400} ${size}px ${code ? model.color.mono : model.color.sans}`;
}

function widest(texts, model, code) {
  ruler.font = fontOf(model, (code ? NUMBER : LABEL) * model.unit, code, true); // bold: any may be chosen
  return Math.max(0, ...texts.map((text) => ruler.measureText(text).width));
}

/** How texts stand over columns of one pitch: level, a little smaller, some left out, or turned. */
function standing(texts, pitch, model, code = false) {
  const full = (code ? NUMBER : LABEL) * model.unit, apart = (code ? 0.6 : 0.25) * full; // a digit's width, or numbers run together
  const long = widest(texts, model, code) + apart;
  const size = full * Math.min(1, pitch / long), level = 1.35 * full;
  if (size >= 0.8 * full) return { size, extent: level, every: 1, turned: false };
  if (long <= 2.4 * full) return { size: full, extent: level, every: Math.ceil(long / pitch), turned: false };
  return { size: full, extent: Math.min(long + 6 * model.unit, 90 * model.unit), every: Math.ceil((1.15 * full) / pitch), turned: true };
}

/** Room around the tiles of every group, but for photos; bands that share a height share a top. */
function surround(groups, model) {
  const { unit } = model, sum = (values) => values.reduce((a, b) => a + b, 0);
  for (const g of groups) {
    const pitch = g.place ? bandAt(g, 1, 0)[1] + (g.grid ? g.place.gap : 0) : Infinity;
    const heads = g.columnLabels.length || g.corner || g.rowMarginNames.length;
    g.heads = standing(g.columnLabels, pitch, model);
    g.lines = standing(g.margins.flat(), pitch, model, true);
    g.sides = g.rowMargins.map((texts, i) => Math.max(widest(texts, model, true), widest([g.rowMarginNames[i] ?? ""], model)) + 10 * unit);
    const names = g.rowPhotos ? [] : [...g.marginNames, g.corner];
    g.names = Math.min(Math.max(widest(g.rowLabels, model), widest(names, model)), 110 * unit);
    g.pad = {
      left: MARGIN + (g.names && g.names + 8 * unit) + (g.rowPhotos ? photoGap(g, 0, unit) : 0),
      top: MARGIN + (heads ? g.heads.extent + 2 * unit : 0) + (g.columnPhotos ? photoGap(g, 1, unit) : 0),
      right: MARGIN + sum(g.sides),
      bottom: MARGIN + (g.margins.length && g.margins.length * g.lines.extent + 3 * unit),
    };
  }
  shareTop(groups);
}

function shareTop(groups) {
  const banded = groups.filter((g) => g.bands[0]), top = Math.max(MARGIN, ...banded.map((g) => g.pad.top));
  for (const g of banded) g.pad.top = top;
}

/** Photos are as tall as a row or as wide as a column, so they come once those are known. */
function makeRoomForPhotos(groups) {
  const whole = (v) => Math.round(v * devicePixelRatio) / devicePixelRatio;
  for (const g of groups) {
    const [across, down] = thumbs(g);
    g.thumb = [whole(across * g.place.width), whole(down * g.place.height)];
    g.pad.left = whole(g.pad.left + g.thumb[0]);
    g.pad.top = whole(g.pad.top + g.thumb[1]);
  }
  shareTop(groups);
}

/** What photos beside the bands take: in tile widths to the left, in tile heights above. */
function thumbs(g) {
  const ratio = (photos) => (photos ? photos.shape[2] / photos.shape[1] : 0);
  const across = ratio(g.rowPhotos) * (g.grid ? g.h : 1) / g.w;
  const down = g.columnPhotos ? ((g.grid ? g.w : 1) / g.h) / ratio(g.columnPhotos) : 0;
  return [across, down];
}

/** Between photos and tiles: room for the outline of a whole row in a grid. */
const photoGap = (g, axis, unit) => (g.grid ? [12, 6][axis] : 4) * unit;

// ------------------------------------------------------------------ drawing

/** Thumbnails left of the rows and above the columns. */
function photos(g, model, context) {
  const inset = g.grid ? 0 : model.unit;
  Object.assign(context, { imageSmoothingEnabled: true, imageSmoothingQuality: "high" });
  for (const [axis, sent] of [[0, g.rowPhotos], [1, g.columnPhotos]]) {
    if (!sent) continue;
    const [many, h, w] = sent.shape, sheet = photoSheet(sent);
    for (let i = 0; i < many; i++) {
      const [x, y, wide, tall] = photoAt(g, axis, i, model);
      context.drawImage(sheet, 0, i * h, w, h, x + inset, y + inset, wide - 2 * inset, tall - 2 * inset);
    }
  }
}

function photoAt(g, axis, i, { unit }) {
  const [start, length] = bandAt(g, axis, i), [across, down] = g.thumb;
  if (axis) return [start, g.pad.top - photoGap(g, 1, unit) - down, length, down];
  return [g.pad.left - photoGap(g, 0, unit) - across, start, across, length];
}

function photoSheet({ values, shape: [n, h, w] }) {
  const sheet = new OffscreenCanvas(w, n * h), context = sheet.getContext("2d"), image = context.createImageData(w, n * h);
  new Uint32Array(image.data.buffer).forEach((_, i, pixels) => { pixels[i] = rgba(values, i); });
  context.putImageData(image, 0, 0);
  return sheet;
}

function labels(g, model, context) {
  if (!g.bands[0]) return;
  const [row, column] = chosenBands(g, model.choice);
  const { unit, color } = model, { left, top } = g.pad, end = bandAt(g, 0, g.bands[0] - 1), bottom = end[0] + end[1] + 4 * unit;
  const above = top - (g.columnPhotos ? g.thumb[1] + photoGap(g, 1, unit) : 0) - 3 * unit, middle = above - g.heads.extent / 2;
  const name = { size: LABEL * unit, bold: true, align: "right" }, gutter = left - 8 * unit, photo = left - photoGap(g, 0, unit) - g.thumb[0];
  acrossColumns(g, g.columnLabels, column, { ...g.heads, from: above, up: true }, model, context);
  g.margins.forEach((texts, i) => {
    const from = bottom + i * g.lines.extent;
    acrossColumns(g, texts, column, { ...g.lines, from, code: true }, model, context);
    write(context, g.marginNames[i] ?? "", gutter, from + g.lines.extent / 2, name, model);
  });
  const labelled = { size: LABEL * unit, align: "right", color: color.text, most: g.names };
  downRows(g, g.rowLabels, row, g.rowPhotos ? photo - 8 * unit : gutter, labelled, model, context);
  write(context, g.corner, g.rowPhotos ? photo : gutter, middle, { ...name, bold: false, align: g.rowPhotos ? "left" : "right", most: left - photo }, model);
  let x = g.width - MARGIN - g.sides.reduce((a, b) => a + b, 0);
  g.rowMargins.forEach((texts, i) => {
    const center = x + 5 * unit + g.sides[i] / 2;
    const said = { checked: color.checkedText, warning: color.warning }[g.rowMarginRole];
    downRows(g, texts, row, center, { size: NUMBER * unit, code: true, color: said, bold: Boolean(said) }, model, context);
    write(context, g.rowMarginNames[i] ?? "", center, middle, { ...name, align: "center" }, model);
    x += g.sides[i];
  });
  framePhotos(g, row, column, model, context);
}

/** Where bands are narrower than their labels, every so many-th one and the chosen one show. */
const shows = (i, chosen, every) => i === chosen || (i % every === 0 && (chosen < 0 || Math.abs(i - chosen) >= every));

function acrossColumns(g, texts, chosen, look, model, context) {
  texts.forEach((text, i) => {
    if (!shows(i, chosen, look.every)) return;
    const [start, length] = bandAt(g, 1, i), y = look.turned ? look.from : look.from + (look.up ? -0.5 : 0.5) * look.extent;
    const align = look.turned ? (look.up ? "left" : "right") : "center";
    write(context, text, start + length / 2, y, { ...look, align, chosen: i === chosen, most: look.turned ? look.extent : undefined }, model);
  });
}

function downRows(g, texts, chosen, x, look, model, context) {
  const every = Math.ceil((1.15 * look.size) / bandAt(g, 0, 0)[1]);
  texts.forEach((text, i) => {
    if (!shows(i, chosen, every)) return;
    const [start, length] = bandAt(g, 0, i);
    write(context, text, x, start + length / 2, { ...look, chosen: i === chosen }, model);
  });
}

function write(context, text, x, y, { size, code, bold, chosen, color, align = "center", turned, most }, model) {
  const ink = color ?? (bold ? model.color.text : model.color.muted);
  context.save();
  context.translate(x, y + (turned ? 0 : 0.5));
  if (turned) context.rotate(-Math.PI / 2);
  Object.assign(context, { font: fontOf(model, size, code, bold || chosen), fillStyle: chosen ? model.color.chosenText : ink });
  Object.assign(context, { textAlign: align, textBaseline: "middle" });
  context.fillText(text, 0, 0, most);
  context.restore();
}

function framePhotos(g, row, column, model, context) {
  for (const [axis, sent, i] of [[0, g.rowPhotos, row], [1, g.columnPhotos, column]]) {
    if (!sent || i < 0) continue;
    const [x, y, w, h] = photoAt(g, axis, i, model);
    Object.assign(context, { strokeStyle: model.color.chosen, lineWidth: 2 });
    context.strokeRect(x - 1, y - 1, w + 2, h + 2);
  }
}
