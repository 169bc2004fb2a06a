// All heads of a network. This owns which head is large, whose row is marked, and what is off.

function modelOf(data) {
  const { header, arrays } = unpack(data), count = header.parts.length;
  return { ...header, maps: arrays.slice(0, count), exact: arrays[count].values, lut: arrays[count + 1].values };
}

/** What Python says counts, unless this has moved on and Python does not know it yet. */
function settle(root, model) {
  const off = model.off.join(",");
  if (root.awaited !== undefined && root.awaited === off) root.awaited = undefined;
  if (root.awaited === undefined) {
    root.off = new Set(model.off);
    writeParam("off", off || null);
  }
  if (root.wanted === model.chosen) root.wanted = undefined;
  root.head = root.wanted ?? model.chosen;
  root.query ??= model.query;
}

function sameMaps(one, other) {
  return one && JSON.stringify([one.parts, one.stride]) === JSON.stringify([other.parts, other.stride])
    && one.maps.every((map, i) => map.values.every((v, k) => v === other.maps[i].values[k]));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".heads"), model = modelOf(data), tip = root.querySelector(".tip");
  settle(root, model);
  const look = getComputedStyle(root).getPropertyValue("--st-text-color");
  if (!sameMaps(root.model, model) || root.look !== look) drawMaps(root, model);
  Object.assign(root, { model, look });
  root.querySelector(".note").textContent = model.note;
  const redraw = () => { markMaps(root); drawLarge(root, model); };
  redraw();

  const enlarge = (name) => {
    if (name === root.head) return;
    root.head = root.wanted = name;
    redraw();
    writeParam("head", name === model.fallback ? null : name);
    setStateValue("head", name);
  };
  const switchHeads = (off) => {
    root.off = off;
    root.awaited = [...off].sort().join(",");
    redraw();
    writeParam("off", root.awaited || null);
    setStateValue("off", root.awaited);
  };
  const toggle = (name) => {
    const off = new Set(root.off);
    if (!off.delete(name)) off.add(name);
    switchHeads(off);
  };
  const ask = (i) => {
    root.query = i;
    drawLarge(root, model);
    writeParam("query", String(root.query));
  };

  root.querySelector(".maps").onclick = (event) => {
    const name = event.target.closest(".cell")?.dataset.head;
    if (name && event.target.closest(".power")) toggle(name);
    else if (name && event.target.closest(".map")) enlarge(name);
  };
  root.querySelector(".switch").onclick = () => toggle(root.head);
  root.querySelector(".restore").onclick = () => switchHeads(new Set());

  const matrix = root.querySelector(".matrix");
  matrix.onclick = (event) => { const cell = cellUnder(root, event); if (cell) ask(cell[0]); };
  matrix.onpointermove = (event) => {
    const cell = cellUnder(root, event), { part, at } = enlarged(root, model);
    if (!cell || cell[1] < 0) { closeTip(tip); return; }
    const [i, j] = cell;
    const weight = hiddenAt(part, i, j) ? word("masked: may not look ahead") : digits(at(i, j), 4);
    tip.textContent = `${part.queries[i]} → ${part.keys[j]}: ${weight}`;
    openTip(tip);
    Object.assign(tip.style, { left: `${Math.min(event.clientX + 14, innerWidth - 220)}px`, top: `${event.clientY + 14}px` });
  };
  matrix.onpointerleave = () => closeTip(tip);
  matrix.onkeydown = (event) => {
    const to = { ArrowUp: root.query - 1, ArrowDown: root.query + 1, Home: 0, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    ask(to);
  };
  const lines = root.querySelector(".lines");
  lines.onclick = (event) => { if (event.target.dataset.query) ask(Number(event.target.dataset.query)); };
  lines.onpointerover = (event) => {
    const i = event.target.dataset.query;
    for (const path of lines.querySelectorAll("path")) path.classList.toggle("asked", path.dataset.query === (i ?? String(root.query)));
  };
  lines.onpointerleave = () => lines.onpointerover({ target: { dataset: {} } });

  root.watch?.disconnect(); // a narrower window needs another picture
  let wide = root.clientWidth;
  root.watch = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - wide) > 1) { wide = root.clientWidth; drawLarge(root, model); }
  });
  root.watch.observe(root);
  root.dataset.ready = "yes";
  const run = (root.run = (root.run ?? 0) + 1);
  return () => { if (run === root.run) { root.watch.disconnect(); closeTip(tip); } };
}
