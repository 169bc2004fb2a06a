// Walks of several optimizers from one start. It owns start, step and which walk is opened.

const TOLD_AFTER = 140; // ms of rest before Python hears of another step
const DIGITS = 3; // of a start that was dragged

function paint(root) {
  const { header, arrays } = root.got, canvas = root.querySelector("canvas"), dense = window.devicePixelRatio || 1;
  const unit = parseFloat(getComputedStyle(root).fontSize) / 12.5, width = canvas.clientWidth || 600;
  const height = Math.round(header.height * Math.max(1, unit));
  canvas.style.height = `${height}px`;
  Object.assign(canvas, { width: Math.round(width * dense), height: Math.round(height * dense) });
  const c = canvas.getContext("2d");
  c.scale(dense, dense);
  c.font = `${11.5 * Math.max(1, unit)}px ${getComputedStyle(root).fontFamily}`;
  const grow = Math.max(1, unit);
  const whole = { left: PAD.left * grow, right: width - PAD.right, top: PAD.top, bottom: height - PAD.bottom * grow };
  root.start ??= header.start;
  (header.low.length === 1 ? paintCurve : paintMap)(root, c, whole, header, arrays, dense);
  paintFoot(root, header, arrays[2]);
}

function paintMap(root, c, box, header, [field, points], dense) {
  const frame = root.frame = frameOf(header, box), { colors } = header;
  const [w, h] = [(box.right - box.left) * dense, (box.bottom - box.top) * dense].map(Math.round);
  const key = `${w} ${h} ${header.picture}`;
  if (root.bandsKey !== key) Object.assign(root, { bandsKey: key, bands: bandsOf(field, w, h, header.tints) });
  c.putImageData(root.bands, Math.round(box.left * dense), Math.round(box.top * dense));
  const [xs, ys] = [0, 1].map((i) => ticksOf(header.low[i], header.high[i], 6));
  const quiet = { ...colors, grid: "transparent" };
  paintAxis(c, box, xs, frame.x, header.names[0], quiet, false);
  paintAxis(c, box, ys, frame.y, header.names[1], quiet, true);
  c.save();
  clipTo(c, box);
  const at = (k) => (t) => {
    const i = (k * points.shape[1] + t) * 2;
    return [frame.x(points.values[i]), frame.y(points.values[i + 1])];
  };
  for (const place of header.places) paintPlace(c, frame.x(place.at[0]), frame.y(place.at[1]), place, colors.ground);
  paintWalks(root, c, header, at);
  paintStart(c, frame.x(root.start[0]), frame.y(root.start[1]), colors);
  c.restore();
}

function paintCurve(root, c, box, header, [field, points, losses]) {
  const split = box.top + (box.bottom - box.top) * 0.5, { colors } = header, n = field.values.length;
  const low = Math.min(...field.values), high = Math.max(...field.values), room = (high - low) * 0.12;
  const upper = { ...box, bottom: split - 12 }, lower = { ...box, top: split + 4 };
  const top = frameOf({ low: [header.low[0], low - room], high: [header.high[0], high + room] }, upper);
  const last = points.shape[1] - 1, flat = frameOf({ low: [header.low[0], Math.sqrt(last)], high: [header.high[0], 0] }, lower);
  const bottom = { x: flat.x, y: (t) => flat.y(Math.sqrt(t)) }; // the first steps are the longest
  root.frame = { ...top, top: box.top, bottom: box.bottom };
  const xs = ticksOf(header.low[0], header.high[0], 8), quiet = { ...colors, grid: "transparent" };
  paintAxis(c, upper, ticksOf(low, high, 4), top.y, word("loss"), colors, true);
  paintAxis(c, lower, [0, 0.01, 0.1, 0.3, 1].map((share) => Math.round(share * last)), bottom.y, word("step"), colors, true);
  paintAxis(c, lower, xs, bottom.x, header.names[0], quiet, false);
  for (const place of header.places) {
    c.strokeStyle = place.color;
    c.setLineDash([3, 4]);
    c.beginPath(); c.moveTo(top.x(place.at[0]), top.y(place.loss)); c.lineTo(top.x(place.at[0]), lower.bottom); c.stroke();
    c.setLineDash([]);
  }
  const step = (header.high[0] - header.low[0]) / (n - 1);
  paintPath(c, (i) => [top.x(header.low[0] + i * step), top.y(field.values[i])], n - 1, colors.text, 2, 1);
  for (const place of header.places) paintPlace(c, top.x(place.at[0]), top.y(place.loss) + 15, place, colors.ground);
  const spot = (k, t) => k * points.shape[1] + t;
  c.save();
  clipTo(c, lower);
  paintWalks(root, c, header, (k) => (t) => [bottom.x(points.values[spot(k, t)]), bottom.y(t)]);
  c.restore();
  c.save();
  clipTo(c, upper);
  for (const k of inOrder(root, header)) {
    const i = spot(k, root.step);
    paintDot(c, top.x(points.values[i]), top.y(losses.values[i]), k === root.chosen ? 7 : 5.5, header.walks[k].color, k === root.chosen ? colors.orange : colors.ground);
  }
  const here = field.values[Math.max(0, Math.min(n - 1, Math.round((root.start[0] - header.low[0]) / step)))];
  paintStart(c, top.x(root.start[0]), top.y(here), colors);
  c.restore();
}

/** The opened walk is painted last, so that nothing lies on it. */
function inOrder(root, header) {
  return header.walks.map((_, k) => k).sort((a, b) => (a === root.chosen) - (b === root.chosen));
}

function paintWalks(root, c, header, at) {
  const { colors } = header;
  if (root.dragging) return; // these walks began somewhere else
  for (const k of inOrder(root, header)) {
    const mine = k === root.chosen, { color } = header.walks[k];
    paintPath(c, at(k), header.steps, color, 1, 0.25);
    if (mine) paintPath(c, at(k), root.step, colors.ground, 6, 0.9);
    paintPath(c, at(k), root.step, color, mine ? 3.2 : 2, 1);
  }
  for (const k of inOrder(root, header)) {
    const mine = k === root.chosen;
    paintDot(c, ...at(k)(root.step), mine ? 6.5 : 4.5, header.walks[k].color, mine ? colors.orange : colors.ground);
  }
}

function paintFoot(root, header, losses) {
  const slider = root.querySelector(".steps");
  slider.max = header.steps;
  slider.value = root.step;
  root.querySelector(".said").textContent = word("step {step} of {steps}", { step: root.step, steps: header.steps });
  root.querySelector(".play").textContent = root.playing ? "❚❚" : "▶";
  const who = root.querySelector(".who"), drawn = header.walks.map((w) => w.name + w.color).join();
  if (root.drawn !== drawn) {
    root.drawn = drawn;
    who.replaceChildren(...header.walks.map(({ name, color }, k) => {
      const button = make("button", "", "");
      button.type = "button";
      button.setAttribute("role", "radio");
      const dot = make("i", "");
      dot.style.background = color;
      button.append(dot, name, make("small", ""));
      button.dataset.k = k;
      return button;
    }));
  }
  who.style.setProperty("--chosen", header.colors.orange);
  [...who.children].forEach((button, k) => {
    button.setAttribute("aria-checked", String(k === root.chosen));
    button.querySelector("small").textContent = digits(losses.values[k * losses.shape[1] + root.step], 3);
  });
  root.dataset.step = root.step;
}

/** Where on the plot a pointer is, as weights inside the picture; null outside of it. */
function pointed(root, event, strict) {
  const [x, y] = pointIn(root.querySelector("canvas"), event), f = root.frame, { header } = root.got;
  if (strict && (x < f.left || x > f.right || y < f.top || y > f.bottom)) return null;
  const w = f.back(Math.max(f.left, Math.min(f.right, x)), Math.max(f.top, Math.min(f.bottom, y)));
  return header.low.map((lo, i) => Number(Math.max(lo, Math.min(header.high[i], w[i])).toFixed(DIGITS)));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".walk"), canvas = root.querySelector("canvas");
  const got = unpack(data), { header } = got;
  if (root.token !== header.token) { // Python walked again
    Object.assign(root, { token: header.token, start: header.start, dragging: false });
    const start = header.start.join(",");
    if (root.sent !== start) { // chosen elsewhere on the page
      clearInterval(root.playing);
      root.playing = 0;
      writeParam("start", start === header.usual.start.join(",") ? null : start);
    }
  }
  root.got = got;
  root.step = Math.min(root.step ?? header.step, header.steps);
  root.chosen ??= header.chosen;
  canvas.setAttribute("aria-label", header.label);
  paint(root);
  root.watch?.disconnect();
  root.watch = new ResizeObserver(() => { if (root.seen !== canvas.clientWidth) { root.seen = canvas.clientWidth; paint(root); } });
  root.watch.observe(root);

  const tell = (name, param, value, text, usual) => {
    clearTimeout(root[`${name}Timer`]);
    root[`${name}Timer`] = setTimeout(() => {
      if (!root.isConnected) return; // the page was left meanwhile, and its address with it
      writeParam(param, text === usual ? null : text);
      setStateValue(name, value);
    }, TOLD_AFTER);
  };
  const walkTo = (step, quiet) => {
    root.step = Math.max(0, Math.min(root.got.header.steps, step));
    paint(root);
    if (!quiet) tell("step", "step", root.step, String(root.step), String(header.usual.step));
  };
  const startAt = (start) => {
    root.start = start;
    root.sent = start.join();
    tell("start", "start", start, start.join(","), header.usual.start.join(","));
  };
  const stop = () => { clearInterval(root.playing); root.playing = 0; walkTo(root.step); };
  root.querySelector(".steps").oninput = (event) => { if (root.playing) stop(); walkTo(Number(event.target.value)); };
  root.querySelector(".play").onclick = () => {
    if (root.playing) return stop();
    if (root.step >= root.got.header.steps) root.step = 0;
    const each = Math.max(1, Math.round(root.got.header.steps / 150));
    root.playing = setInterval(() => {
      if (!root.isConnected || root.step >= root.got.header.steps) return stop();
      walkTo(root.step + each, true);
    }, 33);
    paint(root);
  };
  root.querySelector(".who").onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    root.chosen = Number(button.dataset.k);
    paint(root);
    const { key } = header.walks[root.chosen];
    tell("chosen", "who", key, key, header.usual.chosen);
  };
  canvas.onpointerdown = (event) => {
    const start = pointed(root, event, true);
    if (!start || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    root.dragging = true;
    root.start = start;
    paint(root);
  };
  canvas.onpointermove = (event) => {
    if (!root.dragging || !canvas.hasPointerCapture(event.pointerId)) return;
    root.start = pointed(root, event, false);
    paint(root);
  };
  canvas.onpointerup = () => { if (root.dragging) startAt(root.start); };
  canvas.onpointercancel = () => { root.dragging = false; root.start = header.start; paint(root); };
  canvas.onkeydown = (event) => { // arrow keys move the start
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] }[event.key];
    if (!move || move[0] >= header.low.length || isForSomeoneElse(event)) return;
    event.preventDefault();
    const start = [...root.start], [i, way] = move, span = header.high[i] - header.low[i];
    start[i] = Number(Math.max(header.low[i], Math.min(header.high[i], start[i] + (way * span) / 100)).toFixed(DIGITS));
    root.dragging = true;
    startAt(start);
    paint(root);
  };
  root.dataset.ready = "yes";
  return () => {};
}
