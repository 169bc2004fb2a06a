// Tensors as tiles: the page around the canvases, pointer, keys and saving. tiles_layout.js says
// where everything goes, tiles_paint.js draws it.

const CHOSEN = "forward-pass-cell"; // tells the other tiles of a page, which share the parameter
const ECHO = 3000; // ms within which Python may repeat an older choice of ours

function figureOf() {
  const figure = make("figure", "group"), view = make("div", "view");
  view.append(make("canvas", "cells"));
  figure.append(make("span", "operator"), make("div", "over"), make("div", "head"), view, make("div", "bar"), make("div", "below"));
  return figure;
}

/** One figure per group, kept over reruns so that nothing flickers and scrolling stays. */
function build(model) {
  const { root, groups } = model, stage = root.querySelector(".stage"), row = groups.filter((g) => !g.above), alone = row.length === 1;
  const contrast = root.querySelector(".contrast");
  const kept = [...stage.querySelectorAll(".group")], band = stage.querySelector(".band") ?? make("div", "band");
  root.querySelector(".foot").append(contrast); // out of the way of replaceChildren below
  model.figures = groups.map((_, i) => kept[i] ?? figureOf());
  stage.className = `stage ${alone ? "alone" : "row"}`;
  const shape = JSON.stringify(groups.map((g) => g.above && g.name));
  if (kept.length !== groups.length || root.shape !== shape) stage.replaceChildren(band, ...row.map((g) => figureIn(model, g)));
  root.shape = shape;
  row.forEach((g, i) => {
    writeOperator(figureIn(model, g).querySelector(":scope > .operator"), row[i - 1]?.after ?? "");
    fillSlot(model, g);
  });
  groups.forEach((g, i) => dress(model, g, model.figures[i], alone));
  contrast.hidden = !model.header.contrast;
  if (alone && groups[0].bar) model.figures[0].querySelector(".bar").append(contrast);
  contrast.style.marginLeft = "auto";
  contrast.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(Boolean(b.dataset.own) === model.own)));
}

function dress(model, g, figure, alone) {
  const part = (name) => figure.querySelector(`:scope > .${name}`), canvas = canvasOf(figure), below = part("below"), head = part("head");
  figure.classList.toggle("labelled", g.columnLabels.length > 0);
  figure.classList.toggle("above", Boolean(g.above));
  canvas.dataset.group = g.name;
  canvas.className = `cells ${{ cell: "picks", paint: "paints", mask: "paints" }[g.pick] ?? ""} ${g.draggable ? "drags" : ""}`;
  const notes = g.note ? [make("span", "note ink", g.note)] : [];
  const titles = g.title ? [make("span", "title ink", g.title)] : [], foots = g.columnLabels.length > 0 || (g.stretch && !g.above);
  const under = foots || (!alone && !g.above); // where the note goes
  head.replaceChildren(...(foots ? [] : titles), ...(under ? [] : notes));
  below.replaceChildren(...(foots ? [...titles, " "] : []), ...(under ? notes : []));
  below.classList.toggle("lines", g.stretch);
  const bar = part("bar");
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
    chosenText: read("orange-text-color"), checked: read("green-color"), checkedText: read("green-text-color"), warning: read("red-text-color"), blue: read("primary-color"),
    mono: read("code-font") || "monospace", sans: read("font") || "sans-serif",
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
    if (!root.isConnected) return; // the page was left meanwhile, and its address with it
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
  if (k < 0 && model.over && model.over.g !== g) return; // left for another matrix, which has spoken since
  const changed = model.over?.g !== g || model.over?.k !== k;
  model.over = k < 0 ? null : { g, k };
  if (changed) paint(model);
  if (k < 0) closeTip(model.root.querySelector(".tip"));
  else showTip(model, event, g, k);
}

function brush(model, g, k) {
  if (g.pick === "mask") return brushMask(model, g, k);
  const [, y, x] = cellOf(g, k);
  g.values[k] = model.stroke.on ? 1 : 0;
  model.stroke.cells.set(k, [[y, x], model.stroke.on]);
  g.base = null;
  paint(model);
}

function listen(model, g, canvas) {
  const under = (event) => hit(g, ...pointIn(canvas, event));
  canvas.onpointermove = (event) => {
    if (g.draggable && model.root.grip) return pullBox(model, g, canvas, event);
    if (g.draggable) canvas.style.cursor = cursorAt(g, canvas, event);
    const k = under(event);
    if (model.stroke && k >= 0) brush(model, g, k);
    hover(model, event, g, k);
  };
  canvas.onpointerleave = (event) => setTimeout(() => hover(model, event, g, -1), event.pointerType === "mouse" ? 0 : 2500);
  canvas.onpointerdown = (event) => {
    if (g.draggable && !event.button) return takeBox(model, g, canvas, event);
    const k = under(event);
    if (event.pointerType !== "mouse") hover(model, event, g, k);
    if (!["paint", "mask"].includes(g.pick) || k < 0 || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    model.stroke = { on: g.pick === "mask" ? !g.hatched[k] : !g.values[k], cells: new Map() };
    brush(model, g, k);
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (model.root.grip) {
      model.root.grip = null;
      return tellBox(model, g);
    }
    const cells = model.stroke?.cells;
    model.stroke = null;
    if (!cells) return;
    if (g.pick === "mask") tellFlipped(model, [...cells.keys()].map((k) => bandsOf(g, k)));
    else model.setTriggerValue("painted", [...cells.values()]);
  };
  canvas.onclick = (event) => {
    const k = under(event);
    if (g.pick !== "cell" || k < 0) return;
    model.root.active = g.name;
    tell(model, isFollowing(g) ? choiceAt(g, k, model.choice) : cellOf(g, k));
  };
}

function onKey(model, event) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  const able = model.groups.filter(isWalked);
  if (boxByKey(model, event)) return;
  if (event.key === "Enter" && flipByKey(model)) { event.preventDefault(); return; }
  const g = able.find((o) => o.name === model.root.active) ?? able.find((o) => find(o, model.choice) >= 0) ?? able[0];
  if (!g?.place || (!dx && !dy) || isForSomeoneElse(event)) return;
  event.preventDefault();
  event.stopPropagation();
  const k = isFollowing(g) ? neighborFollowed(g, model.choice, dx, dy) : neighbor(g, find(g, model.choice), dx, dy, event.shiftKey);
  tell(model, isFollowing(g) ? choiceAt(g, k, model.choice) : cellOf(g, k), 90);
  const [x, y, w, h] = rectOf(g, k), view = figureIn(model, g).querySelector(":scope > .view");
  view.scrollTop = clamp(view.scrollTop, y + h + 40 - view.clientHeight, y - 40);
  view.scrollLeft = clamp(view.scrollLeft, x + w + 40 - view.clientWidth, x - 40);
  const box = view.firstChild.getBoundingClientRect(), times = enlargement(view.firstChild);
  showTip(model, { clientX: box.left + (x + w) * times, clientY: box.top + y * times }, g, k);
}

function neighbor(g, k, dx, dy, byTile) {
  if (k < 0) return Math.floor(g.h / 2) * g.w + Math.floor(g.w / 2);
  if (g.strip) return clamp(k + dx + dy * g.place.columns, 0, count(g) - 1);
  const area = g.h * g.w, [t, y, x] = placeOf(g, k);
  if (g.grid) return acrossGrid(g, k, byTile ? dx * g.w : dx, byTile ? dy * g.h : dy);
  if (byTile) return clamp(t + dx + dy * g.place.columns, 0, g.n - 1) * area + (k % area);
  return t * area + clamp(y + dy, 0, g.h - 1) * g.w + clamp(x + dx, 0, g.w - 1);
}

/** A grid is walked as one surface: the cell after a tile's last one is the next tile's first. */
function acrossGrid(g, k, dx, dy) {
  const [t, y, x] = placeOf(g, k), [row, column] = gridOf(g, t), [rows, columns] = g.grid;
  const go = (i, size, cell, step, many) => {
    const to = i * size + cell + step;
    return to < 0 || to >= many * size ? i * size + cell : to;
  };
  const down = go(row, g.h, y, dy, rows), over = go(column, g.w, x, dx, columns);
  const tile = Math.floor(down / g.h) * columns + Math.floor(over / g.w);
  return (tile * g.h + (down % g.h)) * g.w + (over % g.w);
}

/** The lines of a text as the browser broke them: what it says, its left end and its middle. */
function linesOf(part) {
  const lines = [], range = document.createRange(), node = part.firstChild;
  for (let i = 0; i < (node?.length ?? 0); i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const { left, top, width, height } = range.getBoundingClientRect(), last = lines.at(-1);
    if (!width && !node.data[i].trim()) continue; // a space that the browser collapsed
    if (last && Math.abs(last[2] - top - height / 2) < 3) last[0] += node.data[i];
    else lines.push([node.data[i], left, top + height / 2]);
  }
  return lines;
}

function save({ root, color, header }) {
  const frame = root.getBoundingClientRect(), scale = 2, pad = 12, times = enlargement(root);
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
    else {
      context.scale(times, times);
      for (const [text, x, y] of linesOf(part)) context.fillText(text, x / times, y / times);
    }
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
  if (echo < 0 && !first && header.start) writeParam(header.param, start === String(header.default) ? null : start);
  root.seen = start;
}

/** Streamlit calls this for each change; the cleanup of an older call may come late and does nothing. */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles"), { header, arrays } = unpack(data);
  const run = (root.run = (root.run ?? 0) + 1);
  adopt(root, header);
  const luts = Object.fromEntries(Object.entries(header.luts).map(([scheme, i]) => [scheme, arrays[i].values]));
  const groups = header.groups.map((g) => readGroup(g, arrays));
  adoptFlipped(root, header, groups);
  adoptBox(root, header, groups);
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
  const draggable = draggableIn(model);
  root.tabIndex = able.length || draggable ? 0 : -1;
  root.setAttribute("aria-label", [...groups.map((g) => g.title || g.name), able.length ? word("arrow keys move the chosen cell") : "", draggable ? word("arrow keys move the box, plus and minus resize it") : ""].filter(Boolean).join(", "));
  render();
  groups.forEach((g, i) => listen(model, g, canvasOf(model.figures[i])));
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
  root.dataset.ready = "yes";
  return () => {
    if (run !== root.run) return;
    window.removeEventListener(CHOSEN, root.hears);
    root.watch.disconnect();
  };
}
