// The flow instrument: it draws what flow_layout.js computes, and owns the choice of a step.
// A choice is painted at once; the URL and Python hear of it a little later.

const TOLD_EVERY = 120; // ms between two messages to Python while a key is held
const BEAT = 900; // ms a step while playing
const MOVE = 180; // ms for folding
const CROWD = 20; // skips, from which on their lines are thin

// ------------------------------------------------------------------ small helpers

function set(element, attributes, text) {
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined && element.textContent !== text) element.textContent = text;
  return element;
}

function add(parent, tag, attributes = {}, text = undefined) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  parent?.append(element);
  return set(element, attributes, text);
}

/** 118 M, 3.21 MB, 0.21 ms. */
function quantity(value, unit) {
  const power = value >= 1000 ? Math.min(4, Math.floor(Math.log10(value) / 3)) : 0;
  const number = Number((value / 1000 ** power).toPrecision(3));
  return `${number} ${["", "k", "M", "G", "T"][power]}${unit}`.trim();
}

/** The picture on a face as an image address; `lut` is null for a photo. */
function faceImage({ shape: [h, w], values }, lut) {
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const context = canvas.getContext("2d");
  const image = context.createImageData(w, h);
  const colors = lut ? lut.values : values;
  for (let i = 0; i < h * w; i++) {
    const at = 3 * (lut ? values[i] : i);
    image.data.set([colors[at], colors[at + 1], colors[at + 2], 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** How wide a text will be in the fonts of the page. */
function inkOf(root, em) {
  const style = getComputedStyle(root);
  const context = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const width = (font) => (text) => {
    const key = font + text;
    context.font = font;
    if (!widths.has(key)) widths.set(key, context.measureText(text).width);
    return widths.get(key);
  };
  const code = style.getPropertyValue("--st-code-font") || "monospace";
  return { em, bold: width(`700 ${em}px ${style.fontFamily}`), mono: width(`${0.875 * em}px ${code}`) };
}

// ------------------------------------------------------------------ from numbers to SVG

const MOVING = ["x", "cy", "h", "d", "ex", "ey", "opacity"];

/** A box on its way from one place to the next. */
function underway(from, to, t) {
  if (!from || t === 1) return to;
  return { ...to, ...Object.fromEntries(MOVING.map((k) => [k, from[k] + (to[k] - from[k]) * t])) };
}

function newBox(box, name, parent) {
  const g = add(parent, "g", {
    class: "box", role: "option", id: `flow-${name}`, "data-key": box.key, "data-step-name": name,
    "data-group": box.group.name,
  });
  for (const part of ["front", "top"]) {
    add(g, "polygon", { class: part });
    add(g, "polygon", { class: `wash ${part}-wash` });
  }
  add(g, "polygon", { class: "side" });
  add(g, "image", { width: 1, height: 1, preserveAspectRatio: "none" });
  add(g, "polygon", { class: "frame" });
  add(g, "path", { class: "outline" });
  const label = add(g, "g", { class: box.folds ? "fold" : "" });
  add(label, "rect", { class: "hit" });
  if (box.folds) add(label, "path", { class: "caret" });
  for (let line = 0; line < 2; line++) add(label, "text");
  return g;
}

function drawBox(g, box, em) {
  const { x, h, d, ex, ey } = box;
  const [y, right] = [topOf(box) + ey, x + d];
  const faces = {
    front: `${x},${y} ${right},${y} ${right},${y + h} ${x},${y + h}`,
    top: `${x},${y} ${x + ex},${y - ey} ${right + ex},${y - ey} ${right},${y}`,
    side: `${right},${y} ${right + ex},${y - ey} ${right + ex},${y + h - ey} ${right},${y + h}`,
  };
  const pairs = { front: ".front, .front-wash", top: ".top, .top-wash", side: ".side, .frame" };
  for (const part in pairs) for (const p of g.querySelectorAll(pairs[part])) set(p, { points: faces[part] });
  const painted = ex ? [ex, -ey, 0, h, right, y] : [d, 0, 0, h, x, y]; // a vector has no side
  set(g.querySelector("image"), { transform: `matrix(${painted})` });
  const around = `M${x} ${y}L${x + ex} ${y - ey}H${right + ex}V${y + h - ey}L${right} ${y + h}H${x}Z`;
  set(g.querySelector(".outline"), { d: `${around}H${right}V${y + h}M${right} ${y}L${right + ex} ${y - ey}` });
  drawLabel(set(g, { opacity: box.opacity }), box, em);
}

function drawLabel(g, box, em) {
  const y = box.labelY ?? bottomOf(box) + 1.15 * em;
  const caret = g.querySelector(".caret");
  const [first, second] = g.querySelectorAll("text");
  const middle = middleOf(box) + (caret && !box.short ? 0.45 * em : 0);
  set(first, { class: "label", x: middle, y }, box.text[0]);
  set(second, { class: box.short ? "label" : "shape", x: middleOf(box), y: y + 1.2 * em }, box.text[1] ?? "");
  set(g.querySelector(".hit"), { x: middle - box.labelW / 2, y: y - em, width: box.labelW, height: 2.5 * em });
  const left = middle - box.firstW / 2 - 0.9 * em;
  if (caret) set(caret, { d: box.short ? "" : `M${left} ${y - 0.7 * em}v${0.7 * em}l${0.5 * em} ${-0.35 * em}z` });
}

function drawWire({ line, mark, d, x, y }, parent, em) {
  const r = 0.6 * em;
  if (line) add(parent, "path", { class: line, d });
  else if (mark === "end") add(parent, "circle", { class: "end", cx: x, cy: y, r: 0.24 * em });
  else {
    add(parent, "circle", { class: "join", cx: x, cy: y, r });
    const cross = `M${x - r / 3} ${y - r / 3}l${r / 1.5} ${r / 1.5}m0 ${-r / 1.5}l${-r / 1.5} ${r / 1.5}`;
    const plus = `M${x - r / 2} ${y}h${r}M${x} ${y - r / 2}v${r}`;
    const bars = `M${x - r / 4} ${y - r / 2}v${r}M${x + r / 4} ${y - r / 2}v${r}`; // side by side
    add(parent, "path", { class: "join", d: { cat: bars, mul: cross }[mark] ?? plus });
  }
}

/** The soft band behind the operations of the open group, with its title. */
function drawBand({ band, room }, parent, ink) {
  parent.replaceChildren();
  if (!band) return;
  const { em } = ink;
  add(parent, "rect", { class: "band", x: band.x, y: 1, width: band.w, height: room + 2.6 * em, rx: 0.7 * em });
  const title = add(parent, "g", { class: "title", "data-group": band.group.name });
  const labelW = ink.bold(band.group.label);
  add(title, "rect", { class: "hit", x: band.x, y: 0, width: labelW + 3 * em, height: 1.9 * em });
  add(title, "path", { class: "caret", d: `M${band.x + 0.7 * em} ${0.8 * em}h${0.7 * em}l${-0.35 * em} ${0.5 * em}z` });
  add(title, "text", { class: "label", x: band.x + 1.8 * em, y: 1.4 * em }, band.group.label);
  if (labelW + ink.mono(band.note) + 4 * em > band.w) return;
  add(title, "text", { class: "shape", x: band.x + 2.6 * em + labelW, y: 1.4 * em }, band.note);
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
  });
  const [w, h] = ["width", "height"].map((side) => copy.getAttribute(side));
  set(copy, { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${w} ${h}` });
  copy.prepend(add(null, "rect", { width: "100%", height: "100%", fill: ground }));
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
    Object.assign(this, root.left); // where the one before stood, and what it had told
  }

  /** Called for the first data and for each change of data or theme. */
  update({ header, arrays }, setStateValue) {
    const first = !this.net;
    Object.assign(this, { net: study(header), arrays, images: new Map() });
    this.tell = (name) => setStateValue("step", name);
    this.adopt(header.start);
    this.furnish();
    if (first) this.listen();
    this.place(false);
    this.report();
  }

  /** Go where Python sends us; its echo of what it was told last is no such order. */
  adopt(start) {
    const order = start !== this.start && start !== this.told;
    this.start = start;
    this.told ??= start;
    if (!this.folds.some((g) => g.name === this.open)) this.open = null;
    if (this.at >= 0 && !order) return;
    this.choice = start;
    const folded = this.home.steps.at(-1) === this.at && start !== this.net.default; // shows its last step
    this.open = folded ? null : this.home.name;
  }

  get at() { return this.net.steps.findIndex((s) => s.name === this.choice); }
  get end() { return this.net.steps.length - 1; }
  get folds() { return [...this.net.groups, ...this.net.stages]; }
  get home() { return groupOf(this.net, this.at); }

  listen() {
    document.addEventListener("keydown", this.onKey);
    this.watcher.observe(this.stage);
    this.find(".prev").onclick = () => this.walk(this.at - 1);
    this.find(".next").onclick = () => this.walk(this.at + 1);
    this.find(".play").onclick = () => this.play(!this.playing);
    this.find(".save").onclick = () => this.save();
    this.find(".walk").oninput = (event) => this.walk(Number(event.target.value));
    this.stage.onclick = (event) => this.click(event);
    this.stage.ondblclick = (event) => {
      if (!event.target.closest(".fold, .title")) this.toggle(event.target.closest(".box")?.dataset.group);
    };
    this.stage.onpointermove = (event) => this.hover(event);
    this.stage.onpointerleave = () => { this.find(".tip").hidden = true; };
  }

  close() {
    this.play(false);
    clearTimeout(this.waiting);
    cancelAnimationFrame(this.frame);
    document.removeEventListener("keydown", this.onKey);
    this.watcher.disconnect();
    const { choice, open, start, told } = this; // Streamlit may call again, in the same document
    this.root.left = { choice, open, start, told };
    delete this.root.flow;
  }

  // ---------------------------------------------------------------- choosing

  choose(index) {
    this.choice = this.net.steps[Math.max(0, Math.min(this.end, index))].name;
    this.place(true);
    this.report();
  }

  /** Choose as one who walks through the network: the group on the way folds open. */
  pass(index) {
    const step = Math.max(0, Math.min(this.end, index));
    const group = groupOf(this.net, step);
    this.open = group.steps.length > 1 ? group.name : (stageOf(this.net, group.name)?.name ?? null);
    this.choose(step);
  }

  walk(index) {
    this.play(false);
    this.pass(index);
  }

  toggle(name) {
    const group = this.folds.find((g) => g.name === name);
    if (!group || group.steps.length < 2) return;
    const around = stageOf(this.net, name)?.name ?? null;
    this.open = this.open !== name ? name : around === name ? null : around;
    this.place(true);
  }

  play(on) {
    clearInterval(this.playing);
    this.playing = null;
    this.root.classList.toggle("playing", on);
    set(this.find(".play"), { "aria-label": on ? word("Pause") : word("Play"), title: on ? word("Pause (Space)") : word("Play (Space)") });
    if (!on) return;
    if (this.at === this.end) this.pass(0);
    this.playing = setInterval(() => {
      this.pass(this.at + 1);
      if (this.at === this.end) this.play(false);
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
    const fold = event.target.closest(".fold, .title");
    if (fold) this.toggle(fold.closest("[data-group]").dataset.group);
    else if (box) {
      this.play(false);
      this.choose(this.net.steps.findIndex((s) => s.name === box.dataset.stepName));
    }
  }

  key(event) {
    const path = event.composedPath();
    const ours = path.includes(this.root);
    if (isLocked(this.root) || (path[0] !== this.find(".walk") && isForSomeoneElse(event))) return;
    if (ours && this.command(event.key, path[0])) return event.preventDefault();
    const target = this.destination(event.key, ours || isOnScreen(this.stage));
    if (target === undefined) return;
    event.preventDefault();
    this.walk(target);
  }

  /** Where a key leads; Home, End and Page keys scroll the page once the diagram is out of sight. */
  destination(key, inSight) {
    const near = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1 };
    const far = { Home: 0, End: this.end, PageUp: this.at - 1, PageDown: this.at + 1 };
    return near[key] ?? (inSight ? far[key] : undefined);
  }

  command(key, target) {
    if (target.closest("button")) return false;
    if (key === " ") this.play(!this.playing);
    else if (key === "Enter" && target === this.stage) this.toggle(this.home.name);
    else return false;
    return true;
  }

  // ---------------------------------------------------------------- drawing

  /** The parts around the picture that depend on the data alone. */
  furnish() {
    const { steps, skips, tint } = this.net;
    this.find(".walk").max = this.end;
    const widest = Math.max(...steps.map((s) => s.name.length)) + 2 * `${this.end}`.length + 5;
    this.root.style.setProperty("--widest", `${widest}ch`);
    this.root.querySelectorAll(".around").forEach((part, i) => { part.textContent = this.net.around[i]; });
    this.find(".has-skips").hidden = !skips.some((s) => !s.via.length);
    this.find(".has-projections").hidden = !skips.some((s) => s.via.length);
    this.find(".tint").hidden = !tint;
    if (!tint) return;
    this.find(".what").textContent = tint.label;
    this.find(".most").textContent = quantity(tint.max, tint.unit);
    const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => this.wash(share));
    this.find(".bar").style.background = `linear-gradient(to right, ${stops})`;
  }

  /** Compute where everything belongs and go there. */
  place(moves) {
    const width = this.stage.clientWidth;
    if (!width) return; // on a hidden tab
    const em = parseFloat(getComputedStyle(this.root).fontSize);
    const around = this.find(".head").offsetHeight + this.find(".foot").offsetHeight;
    const height = (this.net.height * em) / 12 - around;
    this.ink = inkOf(this.root, em);
    this.target = arrange(this.net, this.open, width, height - 2.9 * em, this.ink);
    set(this.find(".picture"), { width: Math.max(width, this.target.width), height });
    drawBand(this.target, this.find(".bands"), this.ink);
    this.dressAll();
    const calm = !moves || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.move(calm ? 0 : MOVE);
    this.mark(calm);
  }

  /** Go from what is drawn to the target; a box that is new grows out of its group. */
  move(duration) {
    cancelAnimationFrame(this.frame);
    const began = performance.now();
    const { boxes } = this.target;
    const from = boxes.map((b) => this.drawn.get(b.key) ?? this.origin(b));
    const moves = boxes.some((b, i) => from[i] && MOVING.some((k) => b[k] !== from[i][k]));
    const tick = (now) => {
      const t = duration && moves ? Math.min(1, Math.max(0, now - began) / duration) : 1;
      const eased = 1 - (1 - t) ** 3;
      this.drawn = new Map(boxes.map((b, i) => [b.key, underway(from[i], b, eased)]));
      this.draw();
      if (t < 1) this.frame = requestAnimationFrame(tick);
    };
    tick(began);
  }

  origin(box) {
    const relative = [...this.drawn.values()].find((b) => b.group.name === box.group.name);
    return relative && { ...relative, opacity: 0 };
  }

  draw() {
    const { em } = this.ink;
    const boxes = [...this.drawn.values()];
    const parent = this.find(".wires");
    parent.replaceChildren();
    const drawn = wires(this.net, boxes, em);
    for (const wire of drawn) drawWire(wire, parent, em);
    parent.classList.toggle("many", drawn.filter((w) => w.line?.startsWith("skip")).length > CROWD);
    for (const box of boxes) drawBox(this.elements.get(box.key), box, em);
  }

  /** One element per box, kept as long as the box is. */
  dressAll() {
    const wanted = new Set(this.target.boxes.map((b) => b.key));
    for (const [key, element] of this.elements) {
      if (wanted.has(key)) continue;
      element.remove();
      this.elements.delete(key);
    }
    for (const box of this.target.boxes) {
      const name = this.net.steps[box.last].name;
      if (!this.elements.has(box.key)) this.elements.set(box.key, newBox(box, name, this.find(".boxes")));
      this.dress(box, this.elements.get(box.key));
    }
  }

  holds(box) { return box.inside ? box.last === this.at : box.group.steps.includes(this.at); }

  /** Everything about a box but its place: its face, its color, whether it is chosen. */
  dress(box, element) {
    const chosen = this.holds(box);
    const step = this.net.steps[chosen ? this.at : box.last];
    const name = box.folds ? word("{name}, {n} steps, folded", { name: box.label, n: box.group.steps.length }) : word("{name}, {label}", { name: step.name, label: box.label });
    set(element, { "aria-selected": chosen, "aria-label": `${name}, ${shapeOf(this.net, box)}` });
    const wash = this.net.tint ? this.wash(this.total(box) / (this.net.tint.max || 1)) : "none";
    for (const side of element.querySelectorAll(".wash")) set(side, { fill: wash });
    this.paint(element.querySelector("image"), step, box.h);
  }

  paint(image, step, height) {
    image.toggleAttribute("hidden", step.face === undefined);
    if (step.face === undefined) return;
    const face = this.arrays[step.face];
    if (!this.images.has(step.name)) {
      const lut = step.scheme === "photo" ? null : this.arrays[this.net.luts[step.scheme]];
      this.images.set(step.name, faceImage(face, lut));
    }
    const address = this.images.get(step.name);
    if (image.getAttribute("href") !== address) set(image, { href: address });
    // Nearest neighbor shows the cells of a small map, but throws most of a large one away.
    image.style.imageRendering = face.shape[0] > height * devicePixelRatio ? "auto" : "pixelated";
  }

  total(box) { return (box.folds ? box.group.steps : [box.last]).reduce((sum, i) => sum + this.net.steps[i].tint, 0); }

  wash(share) {
    const { values } = this.arrays[this.net.luts.sequential];
    const at = 3 * Math.round(255 * share);
    return `rgba(${values[at]}, ${values[at + 1]}, ${values[at + 2]}, ${(0.1 + 0.65 * share).toFixed(3)})`;
  }

  /** What tells readers, tests and screen readers where we are. */
  mark(calm) {
    const slider = this.find(".walk");
    slider.value = this.at;
    slider.style.setProperty("--done", `${(100 * this.at) / this.end}%`);
    set(slider, { "aria-valuetext": this.choice });
    set(this.find(".count"), {}, `${this.at} / ${this.end}`);
    set(this.find(".name"), {}, this.choice);
    Object.assign(this.root.dataset, { step: this.choice, open: this.open ?? "" });
    const box = this.target.boxes.find((b) => this.holds(b));
    set(this.stage, { "aria-activedescendant": this.elements.get(box.key).id });
    const off = middleOf(box) - this.stage.clientWidth / 2 - this.stage.scrollLeft;
    if (this.target.width <= this.stage.clientWidth || Math.abs(off) < this.stage.clientWidth / 4) return;
    this.stage.scrollBy({ left: off, behavior: calm ? "auto" : "smooth" });
  }

  hover(event) {
    const tip = this.find(".tip");
    const element = event.target.closest(".box");
    tip.hidden = !element || event.pointerType === "touch";
    if (tip.hidden) return;
    const box = this.drawn.get(element.dataset.key);
    const { name, label } = this.net.steps[box.last];
    const { tint } = this.net;
    const what = box.folds ? word("{n} steps, double-click to open", { n: box.group.steps.length }) : label;
    const cost = tint ? `\n${quantity(this.total(box), tint.unit)} ${tint.label}` : "";
    const title = document.createElement("b");
    title.textContent = box.folds ? box.label : name;
    tip.replaceChildren(title, `\n${what} · ${shapeOf(this.net, box)}${cost}`);
    const [left, top] = pointIn(this.root, event);
    const x = Math.min(left + 14, this.root.offsetWidth - tip.offsetWidth - 2);
    tip.style.transform = `translate(${Math.max(0, x)}px, ${top + 16}px)`;
  }

  save() {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color");
    const file = new Blob([standalone(this.find(".picture"), ground)], { type: "image/svg+xml" });
    const address = URL.createObjectURL(file);
    Object.assign(document.createElement("a"), { href: address, download: `flow-${this.choice}.svg` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

/** Streamlit calls this for each change; the cleanup of an older call may come late and does nothing. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".flow");
  const flow = (root.flow ??= new Flow(root));
  const run = (flow.run = (flow.run ?? 0) + 1);
  flow.update(unpack(data), setStateValue);
  root.dataset.ready = "yes";
  return () => { if (run === flow.run) flow.close(); };
}
