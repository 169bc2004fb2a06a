// The flow instrument. A picture of the network is computed in three steps, each without side
// effects until the last: columns (what is shown) -> arrange (where) -> Flow.draw (the SVG).
// Nothing here knows a network: boxes, folds and skips follow from the header of flow.py.

const TOLD_EVERY = 120; // ms between two messages to Python while a key is held
const BEAT = 900; // ms a step while playing
const MOVE = 180; // ms for folding
const RISE = 0.28; // how far the right face climbs, of its own width when seen fully
const FULL_TURN = 0.46; // from here on the face climbs fully
const DEEP = 0.14; // depth of one channel against the side of one pixel, both under the root
const TALL = 0.32; // the same for a vector, which stands upright

// ------------------------------------------------------------------ what is shown

/** One column per folded group and per operation of the open one; `over` ones sit on a skip. */
function columns(net, open) {
  return net.groups.flatMap((group) => {
    const folds = group.steps.length > 1;
    if (!folds || group.name !== open) {
      const last = group.steps.at(-1);
      const first = group.steps.find((i) => !net.over.has(i)) ?? group.steps[0];
      return [{ key: folds ? `group ${group.name}` : net.steps[last].name, group, folds, first, last, label: group.label }];
    }
    return group.steps.map((i) => ({
      key: net.steps[i].name, group, inside: true, first: i, last: i, label: net.steps[i].label, over: net.over.has(i),
    }));
  });
}

/** What the header does not spell out: steps on a skip, and steps that a skip passes over. */
function study(header) {
  const over = new Set(header.skips.flatMap((s) => s.via.filter((i) => groupOf(header, i) === groupOf(header, s.to))));
  const under = new Set();
  for (const s of header.skips) for (let i = s.from; i <= s.to; i++) under.add(i);
  return { ...header, over, under };
}

const groupOf = (net, i) => net.groups.find((g) => g.steps.includes(i));

// ------------------------------------------------------------------ where it stands

/** Height, width and depth of a tensor's box; square roots let 224 and 7 share one screen. */
function extent(shape, scale) {
  const root = (n) => scale * Math.sqrt(n);
  if (shape.length === 1) return { h: TALL * root(shape[0]), w: 0, d: 1.1 * scale };
  const [y, x] = shape.slice(-2);
  return { h: root(y), w: root(x), d: DEEP * root(shape.length > 2 ? shape[0] : 1) };
}

const height = (shape, scale) => { const { h, w } = extent(shape, scale); return h + RISE * w; };

/** The largest scale at which every box, and the arcs above those under a skip, fit. */
function fittingScale(net, cols, room, em) {
  const tallest = (keep) => Math.max(0, ...cols.filter(keep).map((c) => height(net.steps[c.last].shape, 1)));
  let scale = Math.min(...net.steps.map((s, i) => (room - (net.under.has(i) ? 5 * em : 0)) / height(s.shape, 1)));
  if (cols.some((c) => c.over)) {
    const both = tallest((c) => c.over) + tallest((c) => c.inside && !c.over);
    scale = Math.min(scale, (room - 4 * em) / both);
  }
  return scale;
}

/** How wide a column must be when its box is turned so far and its label is full or brief. */
function claim(net, col, scale, turn, brief, ink) {
  const { w, d } = extent(net.steps[col.last].shape, scale);
  const seen = col.inside ? Math.min(0.6, Math.max(turn, 0.42)) : turn;
  const text = col.inside || !brief ? [col.label, shapeOf(net, col)] : col.label.split(" ");
  const box = d + seen * w;
  const short = brief && !col.inside;
  const firstW = ink.bold(text[0]);
  const label = Math.max(firstW + (col.folds ? 1.8 * ink.em : 0), (short ? ink.bold : ink.mono)(text[1] ?? ""));
  return { box, seen, text, firstW, labelW: label, brief: short, width: Math.max(box + ink.em, label + 0.7 * ink.em) };
}

const shapeOf = (net, col) => net.steps[col.last].shape.join("×");

/** Boxes as large and as far turned to us as the width allows; else the stage scrolls. */
function fitting(net, cols, scale, width, ink) {
  const margin = (c, i) => edges(net, cols, c, i, ink.em);
  const tries = [];
  for (let turn = 0.78; turn > 0.4; turn -= 0.04) tries.push([turn, false]);
  for (let turn = 0.5; turn > 0.2; turn -= 0.04) tries.push([turn, true]);
  for (const [turn, brief] of tries) {
    const claims = cols.map((c, i) => ({ ...claim(net, c, scale, turn, brief, ink), ...margin(c, i) }));
    const total = claims.reduce((sum, c) => sum + c.before + c.width + c.after, 0);
    if (total <= width) return { claims, spare: (width - total) / cols.length };
  }
  const claims = cols.map((c, i) => ({ ...claim(net, c, scale, FULL_TURN, false, ink), ...margin(c, i) }));
  return { claims, spare: 0 };
}

/** Room beside a column for the fork of a skip, the sign of an add and the border of the band. */
function edges(net, cols, col, i, em) {
  const start = col.inside && !cols[i - 1]?.inside;
  const end = col.inside && !cols[i + 1]?.inside;
  return { before: (start ? 2.2 * em : 0) + (isJoin(net, col) ? 2 * em : 0), after: end ? 1.2 * em : 0 };
}

const isJoin = (net, col) => !col.folds && net.steps[col.last].kind === "add";

/** Where everything stands, as numbers: {width, height, boxes, band}. */
function arrange(net, open, width, room, ink) {
  const { em } = ink;
  const all = columns(net, open);
  const row = all.filter((c) => !c.over);
  const scale = fittingScale(net, all, room, em);
  const { claims, spare } = fitting(net, row, scale, width, ink);
  const lanes = laneHeights(net, all, scale, room, em);
  let x = 0;
  const boxes = row.map((col, i) => {
    const c = claims[i];
    const slot = c.width + spare;
    const at = place(net, col, scale, c.seen);
    at.x = x + c.before + (slot - c.box) / 2;
    at.cy = lanes.over && isBranch(net, col, all) ? lanes.low : room / 2;
    x += c.before + slot + c.after;
    return { ...col, ...at, text: c.text, firstW: c.firstW, labelW: c.labelW, brief: c.brief, labelY: room + em, left: x - c.after - slot - c.before, right: x };
  });
  boxes.push(...overBoxes(net, all.filter((c) => c.over), boxes, scale, lanes.over));
  return { width: x, room, boxes, band: bandOf(net, boxes, em) };
}

function place(net, col, scale, seen) {
  const { h, w, d } = extent(net.steps[col.last].shape, scale);
  return { h, d, ex: seen * w, ey: RISE * w * Math.min(1, seen / FULL_TURN), o: 1 };
}

/** A projection gets a lane of its own above the branch; together they are centered. */
function laneHeights(net, cols, scale, room, em) {
  const tall = (keep) => Math.max(0, ...cols.filter(keep).map((c) => height(net.steps[c.last].shape, scale)));
  const over = tall((c) => c.over);
  if (!over) return {};
  const low = tall((c) => c.inside && !c.over);
  const gap = (room - over - low - 3 * em) / 3;
  return { over: 1.5 * em + gap + over / 2, low: room - Math.max(4, gap / 2) - low / 2 };
}

/** Whether a step lies on the branch beside the open group's projection. */
const isBranch = (net, col, all) => col.inside && net.skips.some((s) =>
  s.from < col.last && col.last < s.to && s.via.some((i) => all.some((c) => c.over && c.last === i)));

function overBoxes(net, cols, row, scale, cy) {
  return cols.map((col) => {
    const skip = net.skips.find((s) => s.via.includes(col.last));
    const branch = row.filter((b) => b.inside && b.last > skip.from && b.last < skip.to);
    const [from, to] = [branch[0].x, branch.at(-1).x + branch.at(-1).d + branch.at(-1).ex];
    const at = place(net, col, scale, branch[0].ex / (extent(net.steps[branch[0].last].shape, scale).w || 1));
    const middle = from + ((to - from) * (skip.via.indexOf(col.last) + 1)) / (skip.via.length + 1);
    return { ...col, ...at, x: middle - (at.d + at.ex) / 2, cy, text: [col.label, shapeOf(net, col)], oneLine: true };
  });
}

function bandOf(net, boxes, em) {
  const inside = boxes.filter((b) => b.inside && !b.over);
  if (!inside.length) return null;
  const [x, right] = [inside[0].left + 0.3 * em, inside.at(-1).right - 0.3 * em];
  const before = net.steps[inside[0].first].after;
  const shapes = [before ?? inside[0].first, inside.at(-1).last].map((i) => net.steps[i].shape.join("×"));
  return { x, w: right - x, group: inside[0].group, note: shapes.join(" → ") };
}

// ------------------------------------------------------------------ lines between boxes

const topOf = (b) => b.cy - (b.h + b.ey) / 2;
const bottomOf = (b) => b.cy + (b.h + b.ey) / 2;
const rightOf = (b) => b.x + b.d + b.ex;
const middleOf = (b) => b.x + (b.d + b.ex) / 2;

/** All lines as {kind, d} and all marks as {mark, x, y}, from boxes that may be on the move. */
function wires(net, boxes, em) {
  const holder = (i) => boxes.find((b) => b.last === i) ?? boxes.find((b) => b.group.steps.includes(i));
  const row = boxes.filter((b) => !b.over);
  const lines = row.flatMap((b) => {
    const before = net.steps[b.first].after;
    return before === null ? [] : [{ kind: "link", d: link(holder(before), b, isJoin(net, b), em) }];
  });
  const skips = net.skips.flatMap((s) => {
    const [from, to] = [holder(s.from), holder(s.to)];
    if (from === to) return []; // folded away
    const kind = s.via.length ? "skip dashed" : "skip";
    const between = row.filter((b) => b.x > from.x && b.x < to.x);
    const lane = boxes.find((b) => b.over && s.via.includes(b.last))?.cy;
    return isJoin(net, to) ? fork(from, to, between, lane, kind, em) : arc(from, to, between, kind, em);
  });
  const joins = row.filter((b) => isJoin(net, b)).map((b) => ({ mark: "join", ...joinOf(b, em) }));
  return [...lines, ...skips, ...joins];
}

const joinOf = (b, em) => ({ x: b.x - 1.5 * em, y: b.cy });

function link(from, to, joins, em) {
  const [x0, y0] = [rightOf(from), from.cy];
  const x1 = joins ? joinOf(to, em).x : to.x;
  const end = joins ? `H${to.x}` : "";
  if (Math.abs(y0 - to.cy) < 1) return `M${x0} ${y0}H${to.x}`;
  const start = Math.min(x0 + em, x1);
  const middle = (start + x1) / 2;
  return `M${x0} ${y0}H${start}C${middle} ${y0} ${middle} ${to.cy} ${x1} ${to.cy}${end}`;
}

/** A skip between folded boxes: an arc from one top to the next, clear of what lies between. */
function arc(from, to, between, kind, em) {
  const [x0, y0] = [middleOf(from) + 3, topOf(from) - 3];
  const [x1, y1] = [middleOf(to) - 3, topOf(to) - 4];
  const peak = Math.min(y0, y1, ...between.map(topOf)) - 1.7 * em;
  const pull = Math.max(4 - (y0 + y1) / 2, (peak - (y0 + y1) / 8) / 0.75); // the cubic reaches its peak halfway
  return [{ kind, d: `M${x0} ${y0}C${x0} ${pull} ${x1} ${pull} ${x1} ${y1}` }, { mark: "end", x: x1, y: y1 }];
}

/** A skip into an open group: it leaves the line at a fork and arrives at the sign of the add. */
function fork(from, to, between, lane, kind, em) {
  const { x, y } = joinOf(to, em);
  const start = rightOf(from) + em;
  const level = lane ?? Math.max(1.9 * em, Math.min(...between.map(topOf)) - 0.9 * em);
  const bend = Math.min(1.2 * em, Math.abs(from.cy - level) / 2, (x - start) / 2);
  const d = `M${start} ${from.cy}V${level + bend}Q${start} ${level} ${start + bend} ${level}`
    + `H${x - bend}Q${x} ${level} ${x} ${level + bend}V${y - 0.62 * em}`;
  return [{ kind, d }, { mark: "end", x: start, y: from.cy }];
}

// ------------------------------------------------------------------ small helpers

function svg(tag, attributes, parent) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  parent?.append(element);
  return element;
}

function set(element, attributes, text) {
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined && element.textContent !== text) element.textContent = text;
}

const points = (list) => list.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");

/** 118 M multiply-adds, 3.21 MB, 0.21 ms. */
function quantity(value, unit) {
  const power = value >= 1000 ? Math.min(4, Math.floor(Math.log10(value) / 3)) : 0;
  const number = Number((value / 1000 ** power).toPrecision(3));
  return `${number} ${["", "k", "M", "G", "T"][power]}${unit}`.trim();
}

/** The picture on a face as an image address. */
function faceImage(face, lut) {
  const [h, w] = face.shape;
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const context = canvas.getContext("2d");
  const image = context.createImageData(w, h);
  for (let i = 0; i < h * w; i++) {
    const [from, at] = lut ? [lut.values, 3 * face.values[i]] : [face.values, 3 * i];
    image.data.set([from[at], from[at + 1], from[at + 2], 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

// ------------------------------------------------------------------ from numbers to SVG

const MOVING = ["x", "cy", "h", "d", "ex", "ey", "o"];

/** A box on its way. */
function between(from, to, t) {
  if (!from || t === 1) return to;
  return { ...to, ...Object.fromEntries(MOVING.map((k) => [k, from[k] + (to[k] - from[k]) * t])) };
}

function newBox(box, net, parent) {
  const { name } = net.steps[box.last];
  const g = svg("g", {
    class: "box", role: "option", id: `flow-${name}`, "data-key": box.key, "data-step-name": name, "data-group": box.group.name,
  }, parent);
  for (const part of ["front", "top"]) {
    svg("polygon", { class: part }, g);
    svg("polygon", { class: `wash ${part}-wash` }, g);
  }
  svg("polygon", { class: "side" }, g);
  svg("image", { width: 1, height: 1, preserveAspectRatio: "none" }, g);
  svg("polygon", { class: "frame" }, g);
  svg("path", { class: "outline" }, g);
  const label = svg("g", { class: box.folds ? "fold" : "" }, g);
  svg("rect", { class: "hit" }, label);
  if (box.folds) svg("path", { class: "caret" }, label);
  svg("text", { class: "label" }, label);
  svg("text", {}, label);
  return g;
}

function drawBox(g, box, em) {
  const { x, h, d, ex, ey } = box;
  const [top, right] = [topOf(box) + ey, x + d];
  const faces = {
    front: [[x, top], [right, top], [right, top + h], [x, top + h]],
    top: [[x, top], [x + ex, top - ey], [right + ex, top - ey], [right, top]],
    side: [[right, top], [right + ex, top - ey], [right + ex, top + h - ey], [right, top + h]],
  };
  for (const part of ["front", "top"]) {
    for (const p of g.querySelectorAll(`.${part}, .${part}-wash`)) p.setAttribute("points", points(faces[part]));
  }
  for (const p of g.querySelectorAll(".side, .frame")) p.setAttribute("points", points(faces.side));
  const painted = ex ? [ex, -ey, 0, h, right, top] : [d, 0, 0, h, x, top]; // a vector has no side
  g.querySelector("image").setAttribute("transform", `matrix(${painted})`);
  g.querySelector(".outline").setAttribute("d",
    `M${x} ${top}L${x + ex} ${top - ey}H${right + ex}V${top + h - ey}L${right} ${top + h}H${x}ZH${right}V${top + h}M${right} ${top}L${right + ex} ${top - ey}`);
  g.setAttribute("opacity", box.o);
  drawLabel(g, box, em);
}

/** Below the box; beside each other for a box above the branch, where height is dear. */
function drawLabel(g, box, em) {
  const y = box.labelY ?? bottomOf(box) + 1.15 * em;
  const [first, second] = g.querySelectorAll("text");
  const [hit, caret] = [g.querySelector(".hit"), g.querySelector(".caret")];
  const middle = middleOf(box) + (caret ? 0.45 * em : 0);
  set(first, { x: middle, y }, box.text[0]);
  set(second, { x: middleOf(box), y: y + 1.2 * em, class: box.brief ? "label" : "shape" }, box.text[1] ?? "");
  if (box.oneLine) second.textContent = "";
  set(hit, { x: middle - box.labelW / 2, y: y - em, width: box.labelW, height: 2.5 * em });
  const left = middle - box.firstW / 2 - 0.9 * em;
  if (caret) caret.setAttribute("d", `M${left} ${y - 0.7 * em}v${0.7 * em}l${0.5 * em} ${-0.35 * em}z`);
}

function drawWire(wire, em) {
  if (wire.kind) return [svg("path", { class: wire.kind, d: wire.d })];
  if (wire.mark === "end") return [svg("circle", { class: "end", cx: wire.x, cy: wire.y, r: 0.24 * em })];
  const r = 0.6 * em;
  const { x, y } = wire;
  return [
    svg("circle", { class: "join", cx: x, cy: y, r }),
    svg("path", { class: "join", d: `M${x - r / 2} ${y}h${r}M${x} ${y - r / 2}v${r}` }),
  ];
}

// ------------------------------------------------------------------ saving

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
  "font-family", "font-size", "font-weight", "text-anchor", "image-rendering"];

/** Any CSS color as rgba(); programs other than browsers do not know color(srgb ...). */
function plainColor(color) {
  if (!color.startsWith("color(")) return color;
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
}

/** A copy of the picture that looks the same without this page's styles. */
function standalone(picture, ground) {
  const copy = picture.cloneNode(true);
  const originals = picture.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of KEPT) element.style.setProperty(name, plainColor(style.getPropertyValue(name)));
    if (element.matches(".hit")) element.setAttribute("visibility", "hidden");
  });
  const [w, h] = ["width", "height"].map((side) => copy.getAttribute(side));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${w} ${h}`);
  copy.prepend(svg("rect", { width: "100%", height: "100%", fill: ground }));
  return new XMLSerializer().serializeToString(copy);
}

// ------------------------------------------------------------------ the instrument

class Flow {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.stage = this.find(".stage");
    this.drawn = new Map(); // key -> what its box looks like at this moment
    this.elements = new Map(); // key -> its <g>
    this.watcher = new ResizeObserver(() => this.place(false));
    this.onKey = (event) => this.key(event);
  }

  /** Called for the first data and for each change of data or theme. */
  update({ header, arrays }, setStateValue) {
    const first = !this.net;
    this.net = study(header);
    this.arrays = arrays;
    this.images = new Map();
    this.tell = (name) => setStateValue("step", name);
    if (header.start !== this.start || this.at(this.choice) < 0) this.adopt(header.start);
    this.furnish();
    if (first) this.listen();
    this.place(false);
    this.report();
  }

  /** Take over what Python asks for; a choice of ours is otherwise never reset. */
  adopt(start) {
    this.start = this.choice = start;
    this.told ??= start;
    const group = groupOf(this.net, this.at(start));
    this.open = group.steps.at(-1) === this.at(start) ? null : group.name; // folded, it shows its last step
  }

  at(name) { return this.net.steps.findIndex((s) => s.name === name); }

  listen() {
    document.addEventListener("keydown", this.onKey);
    this.watcher.observe(this.stage);
    this.find(".prev").onclick = () => this.step(-1);
    this.find(".next").onclick = () => this.step(1);
    this.find(".play").onclick = () => this.play(!this.playing);
    this.find(".save").onclick = () => this.save();
    this.find(".walk").oninput = (event) => this.walk(Number(event.target.value));
    this.stage.onpointermove = (event) => this.hover(event);
    this.stage.onpointerleave = () => { this.find(".tip").hidden = true; };
    this.stage.onclick = (event) => this.click(event);
    this.stage.ondblclick = (event) => this.toggle(event.target.closest(".box")?.dataset.group);
  }

  close() {
    this.play(false);
    clearTimeout(this.waiting);
    cancelAnimationFrame(this.frame);
    document.removeEventListener("keydown", this.onKey);
    this.watcher.disconnect();
    delete this.root.flow;
  }

  /** The parts around the picture that depend on the data alone. */
  furnish() {
    const { steps, skips, tint } = this.net;
    const slider = this.find(".walk");
    slider.max = steps.length - 1;
    const widest = Math.max(...steps.map((s) => s.name.length)) + 2 * `${steps.length}`.length + 5;
    this.root.style.setProperty("--widest", `${widest}ch`);
    this.find(".has-skips").hidden = !skips.some((s) => !s.via.length);
    this.find(".has-projections").hidden = !skips.some((s) => s.via.length);
    this.find(".tint").hidden = !tint;
    if (!tint) return;
    this.find(".what").textContent = tint.label;
    this.find(".most").textContent = quantity(tint.max, tint.unit);
    const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => this.wash(t));
    this.find(".bar").style.background = `linear-gradient(to right, ${stops})`;
  }

  // ---------------------------------------------------------------- choosing

  /** Choose a step; walking there also opens its group. */
  choose(index, opens) {
    const step = this.net.steps[Math.max(0, Math.min(this.net.steps.length - 1, index))];
    if (opens) {
      const group = groupOf(this.net, this.at(step.name));
      this.open = group.steps.length > 1 ? group.name : null;
    }
    this.choice = step.name;
    this.place(true);
    this.report();
  }

  walk(index) { this.play(false); this.choose(index, true); }

  step(by) { this.walk(this.at(this.choice) + by); }

  toggle(name) {
    const group = this.net.groups.find((g) => g.name === name);
    if (!group || group.steps.length < 2) return;
    this.open = this.open === name ? null : name;
    this.place(true);
  }

  play(on) {
    clearInterval(this.playing);
    this.playing = null;
    this.root.classList.toggle("playing", on);
    this.find(".play").setAttribute("aria-label", on ? "Pause" : "Play");
    if (!on) return;
    const last = this.net.steps.length - 1;
    if (this.at(this.choice) === last) this.choose(0, true);
    this.playing = setInterval(() => {
      this.choose(this.at(this.choice) + 1, true);
      if (this.at(this.choice) === last) this.play(false);
    }, BEAT);
  }

  /** Tell the URL and Python: at once, then at most every so often, and always the last one. */
  report() {
    if (this.waiting || this.choice === this.told) return;
    const wait = Math.max(0, TOLD_EVERY - (performance.now() - (this.toldAt ?? -TOLD_EVERY)));
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (this.choice === this.told) return;
      this.told = this.choice;
      this.toldAt = performance.now();
      writeParam(this.net.param, this.choice === this.net.default ? null : this.choice);
      this.tell(this.choice);
    }, wait);
  }

  click(event) {
    const box = event.target.closest(".box");
    if (event.target.closest(".fold, .title")) this.toggle(event.target.closest("[data-group]").dataset.group);
    else if (box) { this.play(false); this.choose(this.at(box.dataset.stepName), false); }
  }

  key(event) {
    const path = event.composedPath();
    const ours = path.includes(this.root);
    const onSlider = path[0] === this.find(".walk");
    if (!onSlider && isForSomeoneElse(event)) return;
    // A key pressed in another instrument comes out of that one's shadow root.
    if (!ours && path.some((node) => node instanceof ShadowRoot)) return;
    const last = this.net.steps.length - 1;
    const at = this.at(this.choice);
    const near = { ArrowLeft: at - 1, ArrowRight: at + 1 };
    const far = { Home: 0, End: last, PageUp: at - 1, PageDown: at + 1 };
    const free = ours || document.activeElement === document.body || !document.activeElement;
    const target = near[event.key] ?? (free ? far[event.key] : undefined);
    if (target !== undefined) this.walk(target);
    else if (event.key === " " && ours && !path[0].closest("button")) this.play(!this.playing);
    else if (event.key === "Enter" && path[0] === this.stage) this.toggle(groupOf(this.net, at).name);
    else return;
    event.preventDefault();
  }

  // ---------------------------------------------------------------- drawing

  /** Compute where everything belongs and go there. */
  place(moves) {
    const width = this.stage.clientWidth;
    if (!width) return; // on a hidden tab
    const em = parseFloat(getComputedStyle(this.root).fontSize);
    const others = this.find(".head").offsetHeight + this.find(".foot").offsetHeight;
    const full = (this.net.height * em) / 12 - others;
    this.target = arrange(this.net, this.open, width, full - 2.9 * em, this.ink(em));
    this.em = em;
    const picture = this.find(".picture");
    picture.setAttribute("width", Math.max(width, this.target.width));
    picture.setAttribute("height", full);
    this.bands();
    this.boxes();
    this.move(moves && !matchMedia("(prefers-reduced-motion: reduce)").matches ? MOVE : 0);
    this.marks();
  }

  /** How wide a text will be, in the fonts of the page. */
  ink(em) {
    const context = (this.measure ??= document.createElement("canvas").getContext("2d"));
    const style = getComputedStyle(this.root);
    const width = (font) => (text) => { context.font = font; return context.measureText(text).width; };
    return { em, bold: width(`700 ${em}px ${style.fontFamily}`), mono: width(`${0.875 * em}px ${style.getPropertyValue("--st-code-font") || "monospace"}`) };
  }

  /** Go from what is drawn to the target; a box that is new grows out of its group. */
  move(duration) {
    cancelAnimationFrame(this.frame);
    const began = performance.now();
    const from = new Map(this.target.boxes.map((b) => [b.key, this.drawn.get(b.key) ?? this.origin(b)]));
    const tick = (now) => {
      const t = duration ? Math.min(1, (now - began) / duration) : 1;
      const eased = 1 - (1 - t) ** 3;
      this.drawn = new Map(this.target.boxes.map((b) => [b.key, between(from.get(b.key), b, eased)]));
      this.draw();
      if (t < 1) this.frame = requestAnimationFrame(tick);
    };
    tick(began);
  }

  origin(box) {
    const parent = this.drawn.get(`group ${box.group.name}`)
      ?? [...this.drawn.values()].find((b) => b.group.name === box.group.name);
    return parent && { ...parent, o: 0 };
  }

  draw() {
    const boxes = [...this.drawn.values()];
    for (const box of boxes) drawBox(this.elements.get(box.key), box, this.em);
    this.find(".wires").replaceChildren(...wires(this.net, boxes, this.em).flatMap((w) => drawWire(w, this.em)));
  }

  /** One element per box, kept as long as the box is. */
  boxes() {
    const wanted = new Set(this.target.boxes.map((b) => b.key));
    for (const [key, element] of this.elements) {
      if (!wanted.has(key)) { element.remove(); this.elements.delete(key); }
    }
    for (const box of this.target.boxes) {
      if (!this.elements.has(box.key)) this.elements.set(box.key, newBox(box, this.net, this.find(".boxes")));
      this.dress(box, this.elements.get(box.key));
    }
  }

  /** Everything about a box but its place: its face, its colors, whether it is chosen. */
  dress(box, element) {
    const at = this.at(this.choice);
    const chosen = box.inside ? box.last === at : box.group.steps.includes(at);
    const step = this.net.steps[chosen ? at : box.last];
    const name = box.folds ? `${box.label}, ${box.group.steps.length} steps, folded` : `${step.name}, ${box.label}`;
    element.setAttribute("aria-selected", chosen);
    element.setAttribute("aria-label", `${name}, ${shapeOf(this.net, box)}`);
    const image = element.querySelector("image");
    const address = this.image(step);
    if (!address) image.removeAttribute("href");
    else if (image.getAttribute("href") !== address) image.setAttribute("href", address);
    const share = this.net.tint && this.total(box) / (this.net.tint.max || 1);
    for (const wash of element.querySelectorAll(".wash")) wash.setAttribute("fill", this.net.tint ? this.wash(share) : "none");
    // Nearest neighbor shows pixels when enlarged, but throws most of a large map away.
    const shown = box.h * (window.devicePixelRatio || 1);
    image.style.imageRendering = step.face && this.arrays[step.face].shape[0] > shown ? "auto" : "pixelated";
  }

  total(box) { return box.folds ? box.group.steps.reduce((sum, i) => sum + this.net.steps[i].tint, 0) : this.net.steps[box.last].tint; }

  wash(share) {
    const { values } = this.arrays[this.net.luts.sequential];
    const at = 3 * Math.round(255 * share);
    return `rgba(${values[at]}, ${values[at + 1]}, ${values[at + 2]}, ${(0.12 + 0.73 * share).toFixed(3)})`;
  }

  image(step) {
    if (step.face === undefined) return "";
    if (!this.images.has(step.name)) {
      const lut = step.scheme === "photo" ? null : this.arrays[this.net.luts[step.scheme]];
      this.images.set(step.name, faceImage(this.arrays[step.face], lut));
    }
    return this.images.get(step.name);
  }

  /** The soft band behind the operations of the open group, and its title. */
  bands() {
    const { band, room } = this.target;
    const { em } = this;
    const parent = this.find(".bands");
    parent.replaceChildren();
    if (!band) return;
    svg("rect", { class: "band", x: band.x, y: 1, width: band.w, height: room + 2.6 * em, rx: 0.7 * em }, parent);
    const title = svg("g", { class: "title", "data-group": band.group.name }, parent);
    svg("rect", { class: "hit", x: band.x, y: 0, width: band.w, height: 1.8 * em }, title);
    svg("path", { class: "caret", d: `M${band.x + 0.7 * em} ${0.75 * em}h${0.7 * em}l${-0.35 * em} ${0.5 * em}z` }, title);
    const text = svg("text", { class: "label", x: band.x + 1.8 * em, y: 1.4 * em }, title);
    text.textContent = band.group.label;
    const ink = this.ink(em);
    const note = svg("text", { class: "shape", x: band.x + 2.6 * em + ink.bold(band.group.label), y: 1.4 * em }, title);
    if (ink.bold(band.group.label) + ink.mono(band.note) + 4 * em < band.w) note.textContent = band.note;
  }

  /** What tells readers, tests and screen readers where we are. */
  marks() {
    const at = this.at(this.choice);
    const slider = this.find(".walk");
    slider.value = at;
    slider.style.setProperty("--done", `${(100 * at) / (this.net.steps.length - 1)}%`);
    slider.setAttribute("aria-valuetext", this.choice);
    this.find(".count").textContent = `${at} / ${this.net.steps.length - 1}`;
    this.find(".name").textContent = this.choice;
    this.root.dataset.step = this.choice;
    this.root.dataset.open = this.open ?? "";
    const box = this.target.boxes.find((b) => b.last === at && !b.folds) ?? this.target.boxes.find((b) => b.group.steps.includes(at));
    this.stage.setAttribute("aria-activedescendant", this.elements.get(box.key).id);
    if (this.target.width <= this.stage.clientWidth) return;
    const left = middleOf(box) - this.stage.clientWidth / 2;
    if (Math.abs(left - this.stage.scrollLeft) > this.stage.clientWidth / 3) this.stage.scrollTo({ left, behavior: "smooth" });
  }

  hover(event) {
    const tip = this.find(".tip");
    const element = event.target.closest(".box");
    tip.hidden = !element || event.pointerType === "touch";
    if (tip.hidden) return;
    const box = this.drawn.get(element.dataset.key);
    const step = this.net.steps[box.last];
    const name = document.createElement("b");
    name.textContent = box.folds ? box.label : step.name;
    const what = box.folds ? `${box.group.steps.length} steps, double-click to open` : step.label;
    const cost = this.net.tint ? `\n${quantity(this.total(box), this.net.tint.unit)} ${this.net.tint.label}` : "";
    tip.replaceChildren(name, `\n${what} · ${step.shape.join("×")}${cost}`);
    const frame = this.root.getBoundingClientRect();
    const x = Math.min(event.clientX - frame.left + 14, frame.width - tip.offsetWidth - 2);
    tip.style.transform = `translate(${Math.max(0, x)}px, ${event.clientY - frame.top + 16}px)`;
  }

  save() {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color");
    const file = new Blob([standalone(this.find(".picture"), ground)], { type: "image/svg+xml" });
    const address = URL.createObjectURL(file);
    Object.assign(document.createElement("a"), { href: address, download: `flow-${this.choice}.svg` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

/** Streamlit calls this again for each change; a cleanup that comes late must not close a newer run. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".flow");
  const flow = (root.flow ??= new Flow(root));
  const run = (flow.run = (flow.run ?? 0) + 1);
  flow.update(unpack(data), setStateValue);
  return () => { if (run === flow.run) flow.close(); };
}
