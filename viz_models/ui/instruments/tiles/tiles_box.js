// A frame that people move and resize, with the pointer or with keys, and the names of frames.
// Its edges are [left, top, right, bottom] in true indices with one decimal.

const GRIP = 10; // px around a corner within which the pointer takes it
const STEP = 1, SMALL_STEP = 0.1;

const boxText = (box) => (box ?? []).map((edge) => String(Number(edge.toFixed(1)))).join(",");
const draggableIn = (model) => model.groups.find((g) => g.draggable);

/** Take Python's box, unless it only answers an older move: then keep where it is by now. */
function adoptBox(root, header, groups) {
  const g = groups.find((o) => o.draggable);
  if (!g) return;
  const text = boxText(g.draggable), first = root.boxSeen === undefined;
  root.sentBoxes = (root.sentBoxes ?? []).filter(([, when]) => performance.now() - when < ECHO);
  if (text !== root.boxSeen) {
    const echo = root.sentBoxes.findIndex(([sent]) => sent === text);
    root.sentBoxes.splice(0, echo + 1);
    if (echo < 0 || first) root.box = g.draggable;
    root.boxSeen = text;
  }
  g.draggable = root.box ?? g.draggable;
  root.dataset.box = boxText(g.draggable);
}

/** Where the frame is on the canvas: left, top, right, bottom. */
function boxOn(g) {
  const [x0, y0] = tileAt(g, 0), cell = g.place.width / g.w, [left, top, right, bottom] = g.draggable;
  return [x0 + left * cell, y0 + top * cell, x0 + right * cell, y0 + bottom * cell];
}

/** What the pointer would take: the edges that move with it; null outside of the frame. */
function gripAt(g, px, py) {
  const [left, top, right, bottom] = boxOn(g), near = (a, b) => Math.abs(a - b) <= GRIP;
  for (const [i, x] of [[0, left], [2, right]]) for (const [j, y] of [[1, top], [3, bottom]]) if (near(px, x) && near(py, y)) return [i, j];
  return px >= left && px <= right && py >= top && py <= bottom ? [0, 1, 2, 3] : null;
}

const tenth = (value) => Math.round(value * 10) / 10;

/** The frame with some edges moved; it stays in the picture and keeps an area. */
function movedBox(g, box, edges, dx, dy) {
  const next = [...box], most = [g.w, g.h];
  if (edges.length === 4) {
    const stay = (d, axis) => clamp(d, Math.min(-box[axis], 0), Math.max(most[axis] - box[axis + 2], 0));
    return box.map((edge, i) => tenth(edge + (i % 2 ? stay(dy, 1) : stay(dx, 0))));
  }
  for (const i of edges) next[i] = tenth(clamp(box[i] + (i % 2 ? dy : dx), 0, most[i % 2]));
  for (const axis of [0, 1]) {
    if (next[axis + 2] - next[axis] >= 1) continue;
    if (edges.includes(axis)) next[axis] = tenth(next[axis + 2] - 1);
    else next[axis + 2] = tenth(next[axis] + 1);
  }
  return next;
}

function setBox(model, g, box) {
  g.draggable = model.root.box = box;
  model.root.dataset.box = boxText(box);
  paint(model);
}

function tellBox(model, g, wait = 0) {
  const { root, header } = model, box = g.draggable;
  clearTimeout(root.boxTimer);
  root.boxTimer = setTimeout(() => {
    if (!root.isConnected) return; // the page was left meanwhile, and its address with it
    root.sentBoxes.push([boxText(box), performance.now()]);
    writeParam(header.boxParam, boxText(box) === boxText(header.boxDefault) ? null : boxText(box));
    model.setTriggerValue("box", box);
  }, wait);
}

/** Begin to move what is under the pointer; outside of the frame, begin a new one. */
function takeBox(model, g, canvas, event) {
  const [px, py] = pointIn(canvas, event), cell = g.place.width / g.w, [x0, y0] = tileAt(g, 0);
  let edges = gripAt(g, px, py), box = g.draggable;
  if (!edges) {
    const x = tenth(clamp((px - x0) / cell, 0, g.w - 1)), y = tenth(clamp((py - y0) / cell, 0, g.h - 1));
    [edges, box] = [[2, 3], [x, y, x + 1, y + 1]];
  }
  canvas.setPointerCapture(event.pointerId);
  model.root.active = g.name;
  model.root.grip = { edges, box, px, py };
  event.preventDefault();
  model.root.focus({ preventScroll: true });
}

function pullBox(model, g, canvas, event) {
  const [px, py] = pointIn(canvas, event), cell = g.place.width / g.w, { edges, box, px: fromX, py: fromY } = model.root.grip;
  setBox(model, g, movedBox(g, box, edges, (px - fromX) / cell, (py - fromY) / cell));
}

function cursorAt(g, canvas, event) {
  const edges = gripAt(g, ...pointIn(canvas, event));
  if (!edges) return "crosshair";
  if (edges.length === 4) return "move";
  return (edges[0] === 0) === (edges[1] === 1) ? "nwse-resize" : "nesw-resize";
}

/** Arrow keys move the frame, plus and minus resize it; returns whether the key was meant for it. */
function boxByKey(model, event) {
  const g = draggableIn(model);
  if (!g?.place || (model.root.active && model.root.active !== g.name) || isForSomeoneElse(event)) return false;
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  const grow = { "+": 1, "=": 1, "-": -1, "−": -1 }[event.key] ?? 0, step = event.shiftKey && !grow ? SMALL_STEP : STEP;
  if (!dx && !dy && !grow) return false;
  event.preventDefault();
  event.stopPropagation();
  setBox(model, g, grow ? movedBox(g, g.draggable, [2, 3], grow, grow) : movedBox(g, g.draggable, [0, 1, 2, 3], dx * step, dy * step));
  tellBox(model, g, 120);
  return true;
}

function paintBox(model, g, context) {
  const [left, top, right, bottom] = boxOn(g), { chosen, ground } = model.color, half = 3.5 * model.unit;
  outline(context, [left, top, right - left, bottom - top], chosen, model, 2.5);
  for (const x of [left, right]) for (const y of [top, bottom]) {
    Object.assign(context, { fillStyle: chosen, strokeStyle: ground, lineWidth: 1.5 });
    context.beginPath();
    context.rect(x - half, y - half, 2 * half, 2 * half);
    context.fill();
    context.stroke();
  }
}

/** The name of a frame stands on its upper edge, or inside where there is no room above. */
function nameFrame(context, text, [x, y], color, model, g) {
  const { unit } = model, tall = 15 * unit;
  type(context, model, 11.5, { bold: true, color: model.color.ground });
  const wide = context.measureText(text).width + 7 * unit, left = clamp(x - 1, g.pad.left, Math.max(g.pad.left, g.pad.left + g.place.width - wide));
  const top = y - tall >= 0 ? y - tall : y;
  context.fillStyle = color;
  context.fillRect(left, top, wide, tall);
  context.fillStyle = model.color.ground;
  context.fillText(text, left + 3.5 * unit, top + tall / 2 + 0.5);
}
