// A recorded network: modules folded by path, the chosen step, and a table that can be searched.
// The same code draws in the HTML file and in the app. All text goes in as text, never as markup.

const NETWORK_MOST_BOXES = 20; // that are unfolded at first
const NETWORK_RUN = 12; // steps, or parts, that a folded run of steps is cut in
const NETWORK_MOST_GIVEN = 4; // tensors of the network's output that are named
const NETWORK_MOST_ROWS = 300; // of the table

function networkPart(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

/** The same for code: names of steps, shapes, calls. No translator touches it. */
function networkCode(tag, name, text) {
  return Object.assign(networkPart(tag, name, text), { translate: false });
}

/** The boxes that are seen: steps, folded groups, and the heads of unfolded groups. */
function networkBoxes(steps, open) {
  const boxes = networkByPath(steps, open), found = [];
  for (let from = 0, to; from < boxes.length; from = to) {
    const where = boxes[from].inside.join();
    for (to = from + 1; boxes[from].kind === "step" && boxes[to]?.kind === "step" && boxes[to].inside.join() === where;) to++;
    found.push(...networkRun(boxes.slice(from, to), open));
  }
  return found;
}

/** Fold a run of steps of one module when there are more than `most`, a long one in parts of parts. */
function networkRun(boxes, open, most = NETWORK_MOST_BOXES) {
  if (boxes.length <= most) return boxes;
  const first = boxes[0], last = boxes.at(-1), path = `${first.path} … ${last.path}`;
  const short = (box) => box.path.slice(box.inside.length ? box.inside.at(-1).length + 1 : 0);
  const group = { ...first, kind: "group", path, label: `${short(first)} … ${short(last)}`, steps: boxes.flatMap((box) => box.steps) };
  if (!open.has(path)) return [group];
  const head = { ...group, kind: "head", steps: [] }, inner = boxes.map((box) => ({ ...box, depth: box.depth + 1 }));
  if (inner.length <= NETWORK_MOST_BOXES) return [head, ...inner];
  const parts = [], size = Math.max(NETWORK_RUN, Math.ceil(inner.length / NETWORK_RUN));
  for (let i = 0; i < inner.length; i += size) parts.push(...networkRun(inner.slice(i, i + size), open, 1));
  return [head, ...parts];
}

/** The same, folded by the modules that the steps belong to. */
function networkByPath(steps, open) {
  const boxes = [];
  steps.forEach((step, index) => {
    const parts = step.op === "input" || !step.path ? [] : step.path.split(".");
    let group = "", depth = 0;
    for (let i = 1; i <= parts.length; i++) {
      const path = parts.slice(0, i).join(".");
      if (path === step.name && i === parts.length) break; // the step of a module is the module
      const last = boxes.at(-1);
      if (!open.has(path)) { group = path; break; }
      if (!last || !(last.path === path || last.path.startsWith(`${path}.`) || last.inside.includes(path))) {
        boxes.push({ kind: "head", path, depth, steps: [], inside: parts.slice(0, i).map((_, k) => parts.slice(0, k + 1).join(".")) });
      }
      depth = i;
    }
    const inside = Array.from({ length: depth }, (_, k) => parts.slice(0, k + 1).join("."));
    const last = boxes.at(-1);
    if (group && last?.kind === "group" && last.path === group) last.steps.push(index);
    else if (group) boxes.push({ kind: "group", path: group, depth, steps: [index], inside });
    else boxes.push({ kind: "step", path: step.name, depth, steps: [index], inside });
  });
  return boxes.map((box) => (box.kind === "group" && box.steps.length === 1 ? { ...box, kind: "step" } : box));
}

/** Which groups are unfolded at first: the largest ones, as long as the picture stays small. */
function networkOpened(steps) {
  const open = new Set(), closed = new Set();
  for (;;) {
    const groups = networkBoxes(steps, open).filter((b) => b.kind === "group" && !closed.has(b.path));
    if (!groups.length) return open;
    const largest = groups.reduce((a, b) => (b.steps.length > a.steps.length ? b : a));
    open.add(largest.path);
    if (networkBoxes(steps, open).length > NETWORK_MOST_BOXES) {
      open.delete(largest.path);
      closed.add(largest.path);
    }
  }
}

function networkCanvas(image, lut, at, side) {
  const [height, width] = image.size, canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = height;
  canvas.style.width = `${side}px`; canvas.style.height = `${side}px`;
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  const values = atob(image.data);
  for (let i = 0; i < width * height; i++) {
    const color = 3 * values.charCodeAt(at * width * height + i);
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = lut.charCodeAt(color + c);
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Draw a network in `root`; `choose(name)` is told which step was chosen. */
// oxlint-disable-next-line no-unused-vars -- called by whoever puts this code on a page
function drawNetwork(root, data, start = "", choose = () => {}) {
  const { steps } = data, open = networkOpened(steps);
  const luts = Object.fromEntries(Object.entries(data.luts).map(([kind, text]) => [kind, atob(text)]));
  let chosen = Math.max(0, steps.findIndex((step) => step.name === start));
  if (!start) chosen = Math.max(0, steps.findIndex((step) => step.image && step.op !== "input"));
  const head = networkPart("header", ""), search = networkPart("input", "");
  Object.assign(search, { type: "search", placeholder: word("Search steps: conv, layer1, relu …") });
  search.setAttribute("aria-label", word("Search steps"));
  const loss = word("loss: {loss}", { loss: data.loss });
  head.append(networkCode("h2", "", data.network), networkPart("span", `badge ${data.exact ? "exact" : ""}`, data.check || word("not compared")),
    networkPart("span", "muted", [data.about, ...(data.loss ? [loss] : []), ...data.notes].join(" · ")), search);
  const sides = networkPart("div", "sides"), diagram = networkPart("div", "diagram"), detail = networkPart("div", "detail");
  const found = networkPart("div", "found");
  const noName = word("one tensor"), noShape = word("one number"), whole = word("the network itself"), notKept = word(" (not kept)");
  const given = networkPart("div", "muted given", word("The network gives"));
  data.given.slice(0, NETWORK_MOST_GIVEN).forEach(([source, name, shape]) => {
    const text = word("{name} {shape}", { name: name || noName, shape: shape || noShape });
    given.append(source >= 0 ? link(source, text) : networkPart("span", "", text));
  });
  if (data.given.length > NETWORK_MOST_GIVEN) given.append(word("and {n} more", { n: data.given.length - NETWORK_MOST_GIVEN }));
  sides.append(diagram, detail);
  root.replaceChildren(head, given, sides, found);

  function pick(index) {
    chosen = index;
    for (let box; (box = networkBoxes(steps, open).find((b) => b.steps.includes(index))).kind === "group";) open.add(box.path);
    choose(steps[index].name);
    drawAll();
  }
  function link(index, text) {
    const button = networkCode("button", "link", text);
    button.onclick = () => pick(index);
    return button;
  }
  const statistics = [word("mean"), word("std"), word("min"), word("max"), word("zeros")];
  let boxes = [];
  function drawDiagram() {
    boxes = networkBoxes(steps, open);
    const rows = networkPart("div", "rows"), top = diagram.scrollTop;
    boxes.forEach((box) => rows.append(box.element = boxElement(box)));
    diagram.replaceChildren(rows);
    drawEdges();
    diagram.scrollTop = top;
    const element = boxes.find((box) => box.steps.includes(chosen))?.element;
    if (element && (element.offsetTop < diagram.scrollTop || element.offsetTop > diagram.scrollTop + diagram.clientHeight - 40)) {
      diagram.scrollTop = element.offsetTop - diagram.clientHeight / 2;
    }
  }
  function boxElement(box) {
    const first = steps[box.steps[0]], last = steps[box.steps.at(-1)];
    const parent = box.kind === "head" ? box.inside.at(-2) : box.inside.at(-1); // its name stands above
    const element = networkPart("button", `box ${box.kind} ${box.steps.includes(chosen) ? "chosen" : ""}`);
    element.style.marginLeft = `${14 * box.depth}px`;
    element.append(networkPart("span", "fold", { head: "▾", group: "▸", step: "" }[box.kind]));
    if (box.kind !== "head" && last.image) element.append(networkCanvas(last.image, luts[last.image.kind], 0, 28));
    element.append(networkCode("span", "name", box.label ?? box.path.slice(parent ? parent.length + 1 : 0)));
    if (box.kind === "group") element.append(networkPart("span", "muted", word("{n} steps", { n: box.steps.length })));
    if (box.kind === "step") element.append(networkCode("span", "muted", first.op === "input" ? "" : first.op));
    if (box.kind !== "head") element.append(networkPart("span", "size", last.outputs[0]?.shape ?? ""));
    if (box.kind === "step") Object.assign(element, { title: first.call, translate: false });
    else element.title = box.kind === "head" ? word("{path}: click to fold", box) : word("{path}: click to unfold", box);
    element.onclick = () => {
      if (box.kind === "step") return pick(box.steps[0]);
      if (open.has(box.path)) open.delete(box.path); else open.add(box.path);
      drawDiagram();
    };
    return element;
  }
  function drawEdges() {
    diagram.querySelector("svg")?.remove();
    const NS = "http://www.w3.org/2000/svg", svg = document.createElementNS(NS, "svg"), of = new Map(), seen = new Set();
    const shown = boxes.filter((box) => box.kind !== "head");
    shown.forEach((box, i) => box.steps.forEach((step) => of.set(step, i)));
    const width = diagram.querySelector(".rows").offsetWidth;
    shown.forEach((box, to) => box.steps.forEach((step) => steps[step].inputs.forEach(([source]) => {
      const from = of.get(source), key = `${from},${to}`;
      if (source < 0 || from === undefined || from === to || seen.has(key)) return;
      seen.add(key);
      const a = shown[from].element, b = box.element, path = document.createElementNS(NS, "path");
      const y1 = a.offsetTop + a.offsetHeight / 2, y2 = b.offsetTop + b.offsetHeight / 2 - 5;
      const right = 8 + width, bend = Math.min(62, 8 + 7 * Math.abs(to - from)), next = to - from === 1;
      const x = b.offsetLeft + 18;
      path.setAttribute("d", next ? `M${x} ${a.offsetTop + a.offsetHeight}V${b.offsetTop}` : `M${right} ${y1}C${right + bend} ${y1},${right + bend} ${y2},${right} ${y2}`);
      path.setAttribute("fill", "none");
      const mine = box.steps.includes(chosen) || shown[from].steps.includes(chosen);
      path.setAttribute("stroke", mine ? "var(--st-orange-color)" : next ? "var(--st-gray-text-color)" : "var(--st-green-color)");
      path.setAttribute("stroke-width", mine ? 2 : 1.3);
      path.setAttribute("opacity", mine ? 1 : 0.6);
      svg.append(path);
    })));
    svg.setAttribute("width", width + 80);
    svg.setAttribute("height", diagram.scrollHeight);
    diagram.append(svg);
  }
  function table(head, rows) {
    const element = networkPart("table", ""), top = networkPart("tr", "");
    top.append(...head.map((name) => networkPart("th", "", name)));
    const scroll = networkPart("div", "scroll");
    element.append(top, ...rows);
    scroll.tabIndex = 0; // a wide table is scrolled by keys, too
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", head[0]);
    scroll.append(element);
    return scroll;
  }
  function row(cells) {
    const element = networkPart("tr", "");
    element.append(...cells.map((cell) => {
      const td = networkPart("td", "");
      td.append(cell);
      return td;
    }));
    return element;
  }
  function mapsOf(image) {
    const maps = networkPart("div", "maps");
    image.channels.forEach((channel, i) => {
      const figure = networkPart("figure", "");
      figure.append(networkCanvas(image, luts[image.kind], i, 74), word("map {channel}", { channel }));
      maps.append(figure);
    });
    return maps;
  }
  function drawDetail() {
    const step = steps[chosen];
    const where = step.op === "input" ? word("what the network was given")
      : word("{function} in {path} ({module})", { ...step, path: step.path || whole });
    detail.replaceChildren(networkCode("h3", "", step.name), networkPart("div", "muted", where));
    if (step.call) detail.append(networkPart("code", "", step.call));
    if (step.image) detail.append(mapsOf(step.image));
    if (step.slope) detail.append(networkPart("div", "muted", word("gradient of the loss at each of these values")), mapsOf(step.slope));
    const reads = step.inputs.map(([source, text, kind, shape]) => row([source >= 0 ? link(source, text) : networkCode("span", "", text), kind, shape]));
    if (reads.length) detail.append(table([word("it reads"), "", word("shape")], reads));
    const gives = step.outputs.map((made, i) => row([`${i}: ${made.shape} ${made.dtype}${made.kept ? "" : notKept}`, ...(made.stats.length ? made.stats : Array(5).fill("–"))]));
    detail.append(table([word("it gives"), ...statistics], gives));
    const slopes = step.outputs.flatMap((made, i) => (made.gradient.length ? [row([`${i}: ${made.shape}`, ...made.gradient])] : []));
    if (slopes.length) detail.append(table([word("gradient at"), word("norm"), word("largest"), word("zeros")], slopes));
    else if (data.loss) detail.append(networkPart("div", "muted", word("No gradient comes back to this step.")));
    const readers = steps.flatMap((other, i) => (other.inputs.some(([source]) => source === chosen) ? [i] : []));
    if (readers.length) {
      const line = networkPart("div", "muted", word("read by "));
      readers.slice(0, 12).forEach((i, k) => line.append(k ? ", " : "", link(i, steps[i].name)));
      detail.append(line);
    }
    if (step.kernels.length) detail.append(networkPart("div", "muted", word("torch ran {kernels}", { kernels: step.kernels.slice(0, 6).join(", ") + (step.kernels.length > 6 ? " …" : "") })));
  }
  function drawFound() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = steps.flatMap((step, i) => (words.every((w) => `${step.name} ${step.function} ${step.module}`.toLowerCase().includes(w)) ? [i] : []));
    const rows = hits.slice(0, NETWORK_MOST_ROWS).map((i) => {
      const step = steps[i], made = step.outputs[0];
      const slope = data.loss ? [made?.gradient[0] ?? "–"] : [];
      const element = row([link(i, step.name), networkCode("span", "", step.op), made?.shape ?? "", ...(made?.stats.length ? made.stats : Array(5).fill("–")), ...slope]);
      element.className = `step ${i === chosen ? "chosen" : ""}`;
      return element;
    });
    const left = hits.length - rows.length;
    const counted = { hits: hits.length, steps: steps.length, shown: rows.length };
    const said = left > 0 ? word("{hits} of {steps} steps; the first {shown} are shown, search for the others", counted)
      : word("{hits} of {steps} steps", counted);
    found.replaceChildren(networkPart("div", "muted", said), table([word("step"), word("operation"), word("gives"), ...statistics, ...(data.loss ? [word("gradient norm")] : [])], rows));
  }
  function drawAll() { drawDiagram(); drawDetail(); drawFound(); }
  search.oninput = drawFound;
  drawAll();
  new ResizeObserver(() => { if (boxes[0]?.element?.isConnected) drawEdges(); }).observe(diagram); // also when fonts arrive
}
