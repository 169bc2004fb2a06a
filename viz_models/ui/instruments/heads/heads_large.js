// The enlarged head: its matrix, and the same weights as lines between tokens.

const SVG = "http://www.w3.org/2000/svg";
const FAINT = 0.02; // weights below draw no line
const NUMBERS_FROM = 27; // px of a cell

/** Part, number of layer and head, and a function from query and key to the weight. */
function enlarged(root, model) {
  const [key, layer, head] = root.head.split("."), p = model.parts.findIndex((part) => part.key === key);
  const part = model.parts[p], keys = part.keys.length;
  if (root.head === model.chosen) return { part, layer, head, at: (i, j) => model.exact[i * keys + j] };
  const { values, shape: [, many, h, w] } = model.maps[p], start = (layer * many + Number(head)) * h * w;
  const s = model.stride; // until Python has sent the exact ones
  return { part, layer, head, at: (i, j) => values[start + Math.floor(i / s) * w + Math.floor(j / s)] / 255 };
}

/** How tall the matrix may get: more where the lines stand beside it. */
function room(root, model) {
  const [matrix, lines] = [".matrix", ".lines"].map((name) => root.querySelector(name).getBoundingClientRect());
  return model.height * (Math.abs(matrix.top - lines.top) < 2 ? 1.6 : 1);
}

const hiddenAt = (part, i, j) => part.causal && j > i;

function drawLarge(root, model) {
  const large = enlarged(root, model), { part } = large, off = root.off.has(root.head);
  root.query = Math.max(0, Math.min(root.query, part.queries.length - 1));
  root.querySelector(".large .title").textContent = word("{title}, layer {layer}, head {head}", { title: part.title, layer: large.layer, head: large.head });
  root.querySelector(".switch").textContent = off ? word("Switch it on") : word("Switch it off");
  drawMatrix(root, model, large);
  drawLines(root, model, large);
}

// ------------------------------------------------------------------ matrix

function drawMatrix(root, model, { part, at }) {
  const holder = root.querySelector(".matrix"), canvas = holder.querySelector("canvas"), style = getComputedStyle(root);
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 14, context = canvas.getContext("2d");
  const [rows, columns] = [part.queries.length, part.keys.length], font = (size) => `${size * unit}px ${style.fontFamily}`;
  context.font = font(12);
  const widest = (names) => Math.max(...names.map((n) => context.measureText(n).width)), slant = Math.SQRT1_2;
  const wide = holder.clientWidth || 300, left = Math.min(widest(part.queries) + 8, wide / 3), above = Math.min(slant * widest(part.keys), 90) + 16 * unit;
  const right = 0.6 * above; // the last column's name leans over
  const cell = Math.max(3, Math.min(44 * unit, (wide - left - right) / columns, (room(root, model) * unit - above) / rows));
  root.grid = { left, top: above, cell, rows, columns };
  const [w, h] = [left + columns * cell + right, above + rows * cell + 2];
  Object.assign(canvas, { width: Math.round(w * devicePixelRatio), height: Math.round(h * devicePixelRatio) });
  Object.assign(canvas.style, { width: `${w}px`, height: `${h}px` });
  context.scale(devicePixelRatio, devicePixelRatio);
  const ink = colorsOf(style);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) paintCell(context, model, root.grid, ink, hiddenAt(part, i, j) ? null : at(i, j), i, j);
  names(context, part, root, ink, font, slant);
  context.strokeStyle = ink.chosen;
  context.lineWidth = 2;
  context.strokeRect(left + 1, above + root.query * cell, columns * cell - 2, cell);
  holder.setAttribute("aria-label", word("weights of {n} queries; arrow keys choose one", { n: part.queries.length }));
}

function colorsOf(style) {
  const of = (name) => style.getPropertyValue(name).trim();
  return { text: of("--st-text-color"), muted: of("--st-gray-text-color"), chosen: of("--st-orange-color"), soft: of("--st-secondary-background-color"), mono: of("--st-code-font") };
}

function paintCell(context, model, { left, top, cell }, ink, weight, i, j) {
  const x = left + j * cell, y = top + i * cell, gap = cell > 8 ? 1 : 0;
  if (weight === null) {
    context.fillStyle = ink.soft;
    context.fillRect(x, y, cell - gap, cell - gap);
    return;
  }
  const k = Math.max(0, Math.min(255, Math.round(255 * weight))), [r, g, b] = model.lut.subarray(3 * k, 3 * k + 3);
  context.fillStyle = `rgb(${r} ${g} ${b})`;
  context.fillRect(x, y, cell - gap, cell - gap);
  if (cell < NUMBERS_FROM) return;
  context.fillStyle = 0.3 * r + 0.59 * g + 0.11 * b > 140 ? "#16202c" : "#ffffff";
  Object.assign(context, { font: `${Math.min(0.34 * cell, 13)}px ${ink.mono}`, textAlign: "center", textBaseline: "middle" });
  context.fillText(weight.toFixed(2), x + cell / 2, y + cell / 2);
}

function names(context, part, root, ink, font, slant) {
  const { left, top, cell } = root.grid;
  if (cell < 9) return; // too dense to read; hover tells
  Object.assign(context, { font: font(Math.min(12, cell)), textBaseline: "middle", textAlign: "right" });
  part.queries.forEach((name, i) => {
    context.fillStyle = i === root.query ? ink.chosen : ink.text;
    context.fillText(name, left - 5, top + (i + 0.5) * cell);
  });
  Object.assign(context, { textAlign: "left", fillStyle: ink.text });
  part.keys.forEach((name, j) => {
    context.save();
    context.translate(left + (j + 0.5) * cell, top - 5);
    context.rotate(-Math.PI / 4);
    context.fillText(name, 0, 0);
    context.restore();
  });
}

/** Query and key under the pointer, or null. */
function cellUnder(root, event) {
  const [x, y] = pointIn(root.querySelector(".matrix canvas"), event), { left, top, cell, rows, columns } = root.grid;
  const j = Math.floor((x - left) / cell), i = Math.floor((y - top) / cell);
  return i >= 0 && i < rows && j < columns ? [i, j] : null;
}

// ------------------------------------------------------------------ lines

function element(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function drawLines(root, model, { part, at }) {
  const svg = root.querySelector(".lines"), unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;
  const longest = Math.max(part.queries.length, part.keys.length), width = Math.max(svg.clientWidth, 180);
  const step = Math.max(9, Math.min(30 * unit, (0.85 * room(root, model) * unit) / longest)), height = step * longest + 22 * unit;
  const x0 = 0.36 * width, x1 = 0.64 * width, y = (i, count) => 22 * unit + (i + 0.5 + (longest - count) / 2) * step;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  svg.setAttribute("aria-label", word("lines from queries to the keys they look at"));
  const paths = [], later = [];
  part.queries.forEach((_, i) => part.keys.forEach((__, j) => {
    const weight = hiddenAt(part, i, j) ? 0 : at(i, j);
    if (weight < FAINT) return;
    const [a, b] = [y(i, part.queries.length), y(j, part.keys.length)], asked = i === root.query;
    const d = `M${x0} ${a}C${(x0 + x1) / 2} ${a} ${(x0 + x1) / 2} ${b} ${x1} ${b}`;
    (asked ? later : paths).push(element("path", { d, class: asked ? "asked" : "", "stroke-width": (8 * unit * weight).toFixed(2), "data-query": i }));
  }));
  const head = [[x0 - 8, "end", word("query")], [x1 + 8, "start", word("looks at key")]].map(([x, anchor, text]) =>
    element("text", { x, y: 12 * unit, "text-anchor": anchor, style: "fill: var(--st-gray-text-color)" }, text));
  const left = part.queries.map((name, i) => element("text", { x: x0 - 8, y: y(i, part.queries.length), "text-anchor": "end", "dominant-baseline": "central", class: i === root.query ? "query asks" : "query", "data-query": i }, name));
  const right = part.keys.map((name, j) => element("text", { x: x1 + 8, y: y(j, part.keys.length), "text-anchor": "start", "dominant-baseline": "central" }, name));
  svg.replaceChildren(...paths, ...later, ...head, ...left, ...right);
}
