// Groups on top of groups, the band behind a chosen row, operators with an arrow, and the little
// pictures that stand over a matrix.

const OVER = 76; // px, of a picture over a matrix where no group beside it stands on another

const figureIn = (model, g) => model.figures[model.groups.indexOf(g)];
const canvasOf = (figure) => figure.querySelector(":scope > .view > canvas");
const upperOf = (model, g) => model.groups.find((o) => o.above && o.above === g.name);
const slotOf = (model, g) => figureIn(model, g).querySelector(":scope > .over");
const heightOn = (upper, unit) => snap(upper.size * unit, upper.h) * upper.h + 2 * MARGIN;

/** "softmax\neach row" is an arrow with a word above it and one below; one line is just text. */
function writeOperator(operator, text) {
  const [first, ...rest] = text.split("\n");
  if (!rest.length) {
    operator.textContent = text;
    operator.className = `operator ink ${text.length > 1 ? "word" : ""}`;
    return;
  }
  operator.className = "operator steps";
  operator.replaceChildren(make("span", "ink first", first), make("span", "arrow"), make("span", "ink second", rest.join(" ")));
}

/** What stands on a group: another group, a picture, or nothing. */
function fillSlot(model, g) {
  const slot = slotOf(model, g), upper = upperOf(model, g);
  if (upper) {
    if (slot.firstChild !== figureIn(model, upper)) slot.replaceChildren(figureIn(model, upper));
  } else if (!g.over) slot.replaceChildren();
  else if (slot.firstChild?.className !== "little") slot.replaceChildren(make("canvas", "little"));
}

/** All slots of a row are as tall as the tallest, so that the matrices below stand level. */
function shareSlots(model, groups) {
  const { unit, wraps } = model;
  for (const g of groups) if (g.stretch) g.rowLabels = wraps ? g.rowNames : g.ownLabels; // no neighbor says them
  const needed = groups.map((g) => (upperOf(model, g) ? heightOn(upperOf(model, g), unit) : g.over ? OVER * unit : 0));
  groups.forEach((g, i) => {
    model.slot = Math.max(...needed);
    slotOf(model, g).style.height = `${wraps ? needed[i] : model.slot}px`;
  });
}

/** Lay out what stands on top, once the groups below know their size. */
function stack(model, groups) {
  for (const g of groups) {
    const upper = upperOf(model, g);
    if (upper) {
      surround([upper], model);
      upper.thumb = [0, 0];
      upper.pad = { left: g.pad.left, right: g.pad.right, top: MARGIN, bottom: MARGIN };
      const tall = snap(upper.size * model.unit, upper.h);
      const { width } = g.place;
      upper.place = { columns: 1, width, height: tall * upper.h, gap: 0, cell: Math.min(tall, width / upper.w) };
      size(upper, figureIn(model, upper), Infinity);
    } else if (g.over) drawOver(model, g, slotOf(model, g).firstChild);
  }
}

function placeBand(model) {
  const stage = model.root.querySelector(".stage"), band = stage.querySelector(":scope > .band");
  const g = model.groups.find((o) => o.follows[0] === 0 && !o.above && !o.grid && o.place);
  const row = g && !model.wraps ? chosenBands(g, model.choice)[0] : -1;
  band.hidden = row < 0;
  if (row < 0) return;
  const [start, length] = bandAt(g, 0, row), canvas = canvasOf(figureIn(model, g)).getBoundingClientRect();
  band.style.top = `${(canvas.top - stage.getBoundingClientRect().top) / enlargement(stage) + start}px`;
  band.style.height = `${length}px`;
}

// ------------------------------------------------------------------ little pictures

const inkOf = (model, role) => ({ plain: model.color.blue, checked: model.color.checkedText, warning: model.color.warning, chosen: model.color.chosen }[role] ?? model.color.muted);

function drawOver(model, g, canvas) {
  const width = g.width, height = model.wraps ? OVER * model.unit : model.slot, ratio = devicePixelRatio;
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext("2d"), box = { left: g.pad.left, width: width - g.pad.left - MARGIN, height };
  context.scale(ratio, ratio);
  const said = g.over.kind === "bars" ? drawBars(model, g.over, context, box) : drawCurve(model, g, context, box);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${g.over.title}: ${said}`);
}

function type(context, model, size, { bold = false, code = false, color, align = "left" } = {}) {
  Object.assign(context, { font: fontOf(model, size * model.unit, code, bold), fillStyle: color ?? model.color.text, textAlign: align, textBaseline: "middle" });
}

/** Shares of 1 as bars below each other, each with what it comes to. */
function drawBars(model, { title, bars }, context, { left, width, height }) {
  const { unit } = model, top = 18 * unit, pitch = Math.min((height - top) / bars.length, 20 * unit), thick = Math.min(pitch - 5 * unit, 13 * unit);
  type(context, model, 12.5, { bold: true });
  context.fillText(title, left, 8 * unit, width);
  type(context, model, 11.5, { code: true, bold: true });
  const right = Math.max(...bars.map((b) => context.measureText(b.said).width)) + 8 * unit;
  type(context, model, 11.5);
  const from = left + Math.max(...bars.map((b) => context.measureText(b.label).width)) + 8 * unit, whole = Math.max(left + width - right - from, 10);
  bars.forEach(({ label, parts, said, role }, i) => {
    const y = top + (i + 0.5) * pitch;
    type(context, model, 11.5, { color: model.color.muted });
    context.fillText(label, left, y);
    let x = from;
    for (const [share, part] of parts) {
      context.fillStyle = inkOf(model, part);
      context.fillRect(x, y - thick / 2, share * whole, thick);
      x += share * whole;
    }
    Object.assign(context, { strokeStyle: model.color.muted, lineWidth: 1 });
    context.strokeRect(from - 0.5, y - thick / 2 - 0.5, whole + 1, thick + 1);
    type(context, model, 11.5, { code: true, bold: true, color: inkOf(model, role) });
    context.fillText(said, from + whole + 8 * unit, y);
  });
  return bars.map((b) => `${b.label} ${b.said}`).join(", ");
}

/** A curve, the points on it, and what becomes of those that are only rings. */
function drawCurve(model, { over: { title, line, marks, gone } }, context, { left, width, height }) {
  const { unit, color } = model, xs = line.map(([x]) => x), ys = line.map(([, y]) => y), foot = height - 8 * unit;
  const inset = 14 * unit, start = left + inset, low = Math.min(...xs), high = Math.max(...xs), peak = Math.max(...ys) || 1;
  const at = (x, y) => [start + ((x - low) / (high - low || 1)) * (width - 2 * inset), foot - (y / peak) * (foot - 12 * unit)];
  Object.assign(context, { strokeStyle: color.muted, lineWidth: 1 });
  context.beginPath();
  context.moveTo(left, foot + 0.5);
  context.lineTo(left + width, foot + 0.5);
  context.stroke();
  Object.assign(context, { strokeStyle: color.text, lineWidth: 1.4 * unit, lineJoin: "round" });
  context.beginPath();
  line.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](...at(x, y)));
  context.stroke();
  type(context, model, 13, { bold: true });
  context.fillText(title, left, 9 * unit);
  const rings = marks.filter((m) => m.ring);
  if (gone && rings.length) drawGone(model, gone, context, rings.map((m) => at(m.x, m.y)), [left + 4 * unit, foot]);
  for (const { x, y, label, role, ring } of marks) {
    const [px, py] = at(x, y);
    Object.assign(context, { fillStyle: ring ? color.ground : inkOf(model, role), strokeStyle: inkOf(model, role), lineWidth: 1.6 * unit });
    context.beginPath();
    context.arc(px, py, 3.4 * unit, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    type(context, model, 11, { color: inkOf(model, role), align: "right" });
    if (label) context.fillText(label, px - 7 * unit, py - 3 * unit);
  }
  return [...marks.filter((m) => m.label).map((m) => m.label), rings.length ? gone : ""].filter(Boolean).join(", ");
}

function drawGone(model, said, context, rings, [x, y]) {
  const { unit } = model, color = model.color.chosen, [fromX, fromY] = rings.reduce((a, b) => (b[0] > a[0] ? b : a));
  Object.assign(context, { strokeStyle: color, fillStyle: color, lineWidth: 1.2 * unit });
  context.setLineDash([3 * unit, 3 * unit]);
  context.beginPath();
  context.moveTo(fromX, fromY - 5 * unit);
  context.bezierCurveTo(fromX, fromY - 34 * unit, x, y - 46 * unit, x, y - 7 * unit);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, 3.4 * unit, 0, 2 * Math.PI);
  context.fill();
  type(context, model, 11, { code: true, bold: true, color });
  Object.assign(context, { strokeStyle: model.color.ground, lineWidth: 4 * unit, lineJoin: "round" }); // clear of the curve
  context.strokeText(said, x + 8 * unit, y - 9 * unit);
  context.fillText(said, x + 8 * unit, y - 9 * unit);
}
