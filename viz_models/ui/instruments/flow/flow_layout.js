// oxlint-disable no-unused-vars -- flow.js, which follows in the same module, uses them
// Where everything of the flow instrument stands, as numbers: no DOM, no state.
// Nothing here knows a network: boxes, folds and skips follow from the header of flow.py.
// Lengths are in px; em is the label's font size. "Over" means above the branch, on a skip.

const RISE = 0.28; // how far the right face climbs, of its own width when fully seen
const FULL_TURN = 0.46; // from this turn on the face climbs fully
const DEEP = 0.14; // depth of one channel against the side of one pixel, both under the root
const TALL = 0.32; // the same for a vector, which stands upright
const ROOMY = 9; // em: for two boxes beside each other on a skip, and their labels
const NARROW = 40; // em: in less room, boxes are not spread evenly

// ------------------------------------------------------------------ what is shown

const groupOf = (net, i) => net.groups.find((g) => g.steps.includes(i));
const shapeOf = (net, box) => net.steps[box.last].said;
const JOINS = ["add", "cat", "mul"];
const stageOf = (net, name) => net.stages.find((s) =>
  s.groups.length > 1 && (s.name === name || s.groups.some((g) => net.groups[g].name === name)));
const kindAt = (net, box) => net.steps[box.last].kind;
const isJoin = (net, box) => !box.folds && JOINS.includes(kindAt(net, box));

/** Add what the header does not spell out: steps drawn over a branch (and in which lane), and steps under a skip. */
function study(header) {
  const [over, under] = [new Map(), new Set()];
  const lanes = new Map(); // group -> how many there are
  for (const skip of header.skips) {
    for (let i = skip.from; i <= skip.to; i++) under.add(i);
    const home = groupOf(header, skip.to);
    if (!home.steps.includes(header.steps[skip.to].after)) continue; // no branch beside it
    const inside = skip.via.filter((i) => home.steps.includes(i) && !over.has(i));
    if (!inside.length) continue;
    const lane = lanes.get(home) ?? 0;
    lanes.set(home, lane + 1);
    for (const i of inside) over.set(i, lane);
  }
  return { ...header, over, under };
}

/** One column per folded group and per operation of the open one; of many groups, one per stage. */
function columns(net, open) {
  const home = stageOf(net, open);
  return net.stages.flatMap((stage) => {
    if (stage.groups.length > 1 && stage !== home) return [folded(net, stage, true)];
    return stage.groups.map((g) => net.groups[g]).flatMap((group) => {
      const folds = group.steps.length > 1;
      if (folds && group.name === open) return group.steps.map((i) => operation(net, group, i));
      return [{ ...folded(net, group, folds), stage: stage === home && stage }];
    });
  });
}

function folded(net, group, folds) {
  const first = group.steps.find((i) => !net.over.has(i));
  const last = group.steps.at(-1);
  const key = folds ? `group ${group.name}` : net.steps[last].name;
  return { key, group, folds, first, last, label: group.label };
}

function operation(net, group, i) {
  const { name, label } = net.steps[i];
  return { key: name, group, inside: true, first: i, last: i, label, over: net.over.has(i), lane: net.over.get(i) };
}

// ------------------------------------------------------------------ how large

/** Height, width and depth of a tensor's box; square roots let 224 and 7 share one screen. */
function extent(shape, scale) {
  const root = (n) => scale * Math.sqrt(n);
  if (shape.length < 2) return { h: TALL * root(shape[0] ?? 1), w: 0, d: 1.1 * scale };
  const [y, x] = shape.slice(-2);
  return { h: root(y), w: root(x), d: DEEP * root(shape.length > 2 ? shape[0] : 1) };
}

/** From the lower left corner to the upper right one, for boxes that satisfy `keep`. */
function tallest(net, boxes, scale, keep = () => true) {
  const heights = boxes.filter(keep).map((b) => extent(net.steps[b.last].shape, scale));
  return Math.max(0, ...heights.map(({ h, w }) => h + RISE * w));
}

const isOver = (box) => box.over;
const sum = (values) => values.reduce((a, b) => a + b, 0);
/** How high each lane over the branch has to be. */
const laneTops = (net, cols, scale) =>
  [...new Set(cols.filter(isOver).map((c) => c.lane))].sort((a, b) => a - b)
    .map((lane) => tallest(net, cols, scale, (c) => c.over && c.lane === lane));
const isPlain = (box) => box.inside && !box.over;

/** The largest scale at which every box fits, with an arc (so many em) above those under a skip. */
function fittingScale(net, cols, room, em, arcs = 5) {
  const fits = net.steps.map((step, i) => {
    const arc = (net.under.has(i) ? arcs : 0.5) * em;
    return (room - arc) / tallest(net, [{ last: i }], 1);
  });
  const over = laneTops(net, cols, 1);
  const lanes = sum(over) + tallest(net, cols, 1, isPlain);
  if (over.length) fits.push((room - (1.6 * over.length + 2.4) * em) / lanes);
  return Math.min(...fits);
}

/** The width a column needs when its box is turned so far and its label is full or brief. */
function claim(net, col, { scale, turn, brief, ink }) {
  const { w, d } = extent(net.steps[col.last].shape, scale);
  const short = brief && !col.inside;
  const text = short ? col.label.split(" ") : [col.label, shapeOf(net, col)];
  const seen = col.inside ? Math.min(0.6, Math.max(turn, 0.42)) : turn;
  const firstW = ink.bold(text[0]);
  const caret = col.folds && !short ? 1.8 * ink.em : 0;
  const labelW = Math.max(firstW + caret, (short ? ink.bold : ink.mono)(text[1] ?? ""));
  const box = d + seen * w;
  const width = Math.max(box + (brief ? 0.7 : 1) * ink.em, labelW + 0.65 * ink.em);
  return { box, seen, text, short, firstW, labelW, width };
}

/** Room beside a column for the fork of a skip, the sign of an add and the border of the band. */
function margins(net, cols, i, em) {
  const col = cols[i];
  const opens = col.inside && !cols[i - 1]?.inside;
  const closes = col.inside && !cols[i + 1]?.inside;
  return { before: (opens ? 3 * em : 0) + (isJoin(net, col) ? 3 * em : 0), after: closes ? 1.2 * em : 0 };
}

/** What to give up for a narrower picture, bit by bit: the turn, half the labels, then size. */
function compromises() {
  const tries = [];
  for (let turn = 0.78; turn > 0.4; turn -= 0.04) tries.push({ turn, brief: false, shrink: 1 });
  for (let turn = 0.5; turn > 0.2; turn -= 0.04) tries.push({ turn, brief: true, shrink: 1 });
  for (const shrink of [0.92, 0.85, 0.78, 0.7]) tries.push({ turn: 0.2, brief: true, shrink });
  return tries;
}

/** The columns as they look with one compromise, and what is left of the width for each. */
function shown(net, cols, width, scale, ink, { shrink, ...how }) {
  const given = { ...how, scale: scale * shrink, ink };
  const claims = cols.map((col, i) => ({ ...claim(net, col, given), ...margins(net, cols, i, ink.em) }));
  const total = claims.reduce((sum, c) => sum + c.before + c.width + c.after, 0);
  return { claims, scale: given.scale, spare: (width - total) / cols.length };
}

/** How the columns are shown in that width, and what is left of it; what never fits scrolls. */
function fitting(net, cols, width, room, ink) {
  const beside = net.beside && study(net.beside);
  const row = cols.filter((c) => !c.over);
  // Beside another network both are shown as they are when folded, so that equal tensors are equally large.
  const all = beside ? [net, beside].map((n) => [n, columns(n, null)]) : [[net, cols]];
  const scale = Math.min(...all.map(([n, c]) => fittingScale(n, c, room, ink.em, beside ? 3 : 5)));
  const fits = (how) => all.every(([n, c]) => shown(n, c.filter((b) => !b.over), width, scale, ink, how).spare >= 0);
  const how = compromises().find(fits) ?? { turn: FULL_TURN, brief: false, shrink: 1 };
  const result = shown(net, row, width, scale, ink, how);
  return { ...result, spare: Math.max(0, result.spare) };
}

// ------------------------------------------------------------------ where

/** {width, room, boxes, band} for a stage of that width with so much room above its labels. */
function arrange(net, open, width, room, ink) {
  if (net.even && width > NARROW * ink.em) return arrangeEvenly(net, width, room, ink);
  const cols = columns(net, open);
  const row = cols.filter((c) => !c.over);
  const { claims, scale, spare } = fitting(net, cols, width, room, ink);
  const lanes = laneHeights(net, cols, scale, room, ink.em);
  let x = 0;
  const boxes = row.map((col, i) => {
    const c = claims[i];
    const left = x;
    x += c.before + c.width + spare + c.after;
    const at = { x: left + c.before + (c.width + spare - c.box) / 2, cy: room / 2 };
    if (lanes && isBranch(net, col)) at.cy = lanes.branch;
    return { ...col, ...c, ...body(net, col, scale, c.seen), ...at, labelY: room + ink.em, left, right: x };
  });
  const over = cols.filter(isOver).map((col) => overBox(net, col, boxes, scale, lanes, ink));
  return { width: x, room, boxes: [...boxes, ...over], band: bandOf(net, boxes, ink.em) };
}

/**
 * All folded, and every box but the first and the last at the same distance from the next one, so
 * that a chart below can share the axis.
 */
function arrangeEvenly(net, width, room, ink) {
  const cols = net.groups.map((group) => folded(net, group, group.steps.length > 1)); // the chart below has each block
  const [left, right] = net.even.map((px) => (px * ink.em) / 12);
  const last = cols.length - 1;
  const pitch = (width - left - right) / Math.max(1, last - 2);
  const centers = cols.map((_, i) => left + (i - 1) * pitch);
  centers[0] = (left - pitch / 2) / 2;
  centers[last] = width - (right - pitch / 2) / 2;
  const scale = fittingScale(net, cols, room, ink.em, 3);
  const sizes = cols.map((col) => extent(net.steps[col.last].shape, scale));
  const thin = Math.min(1, (0.3 * pitch) / Math.max(...sizes.slice(1, -1).map(({ d }) => d)));
  const every = labelsEvery(cols.slice(1, -1).map((col) => ink.bold(col.label)), pitch, ink.em);
  const boxes = cols.map((col, i) => {
    const ends = i === 0 || i === last;
    const space = 0.8 * (i === 0 ? left : ends ? right : pitch);
    const d = sizes[i].d * (ends ? 1 : thin);
    const seen = Math.max(0, Math.min(0.55, (space - d) / (sizes[i].w || 1)));
    const form = { ...body(net, col, scale, seen), d };
    const text = ends ? [col.label, shapeOf(net, col)] : [(i - 1) % every ? "" : col.label];
    const firstW = ink.bold(text[0]);
    const x = centers[i] - (d + form.ex) / 2;
    const label = { text, short: !ends, firstW, labelW: Math.max(firstW, pitch), folds: false };
    return { ...col, ...form, ...label, x, cy: room / 2, labelY: room + ink.em };
  });
  return { width, room, boxes, band: null };
}

/** Label every box, or every second, fifth ... one where they would touch. */
const labelsEvery = (widths, pitch, em) =>
  [1, 2, 5, 10, 20].find((n) => n * pitch > Math.max(...widths.slice(1)) + 0.5 * em) ?? 50;

function body(net, col, scale, seen) {
  const { h, w, d } = extent(net.steps[col.last].shape, scale);
  return { h, d, ex: seen * w, ey: RISE * w * Math.min(1, seen / FULL_TURN), opacity: 1 };
}

/** What lies on a skip gets a lane of its own above the branch; together they fill the height. */
function laneHeights(net, cols, scale, room, em) {
  const over = laneTops(net, cols, scale);
  if (!over.length) return null;
  const branch = tallest(net, cols, scale, isPlain);
  const gap = Math.max(0, room - sum(over) - branch - (1.5 * over.length + 1.5) * em) / (over.length + 2);
  let y = 1.5 * em;
  const centers = over.map((height) => {
    y += gap + height + 1.5 * em;
    return y - 1.5 * em - height / 2;
  });
  return { over: centers, branch: room - Math.max(4, gap / 2) - branch / 2 };
}

/** Whether a step lies beside a projection that is drawn over it. */
const isBranch = (net, col) => col.inside && net.skips.some((s) =>
  s.from < col.last && col.last < s.to && s.via.some((i) => net.over.has(i) && col.group.steps.includes(i)));

/** A box on a skip: spread over the length of the branch below. */
function overBox(net, col, row, scale, lanes, ink) {
  const ranks = [...new Set(net.over.values())].filter((l) => col.group.steps.some((i) => net.over.get(i) === l));
  const cy = lanes.over[ranks.sort((a, b) => a - b).indexOf(col.lane)];
  const skip = net.skips.find((s) => s.via.includes(col.last));
  const beside = row.filter((b) => b.inside && b.last > skip.from && b.last < skip.to);
  const branch = beside.length ? beside : row.filter((b) => b.inside);
  const middleX = (branch[0].x + rightOf(branch.at(-1))) / 2;
  const wide = Math.max(rightOf(branch.at(-1)) - branch[0].x, (skip.via.length - 1) * ROOMY * ink.em);
  const [from, to] = [middleX - wide / 2, middleX + wide / 2];
  const middle = from + ((to - from) * (skip.via.indexOf(col.last) + 1)) / (skip.via.length + 1);
  const at = body(net, col, scale, branch[0].seen);
  const labelW = ink.bold(col.label);
  return { ...col, ...at, x: middle - (at.d + at.ex) / 2, cy, text: [col.label], firstW: labelW, labelW };
}

function bandOf(net, boxes, em) {
  const inside = boxes.filter((b) => b.inside);
  if (!inside.length) return stageBand(boxes, em);
  const [first, last] = [inside[0], inside.at(-1)];
  const ends = [net.steps[first.first].after ?? first.first, last.last];
  const note = ends.map((i) => net.steps[i].said).join(" → ");
  return { x: first.left + 0.3 * em, w: last.right - first.left - 0.6 * em, group: first.group, note };
}

/** The band behind the groups of an open stage, while none of them is open. */
function stageBand(boxes, em) {
  const inside = boxes.filter((b) => b.stage);
  if (!inside.length) return null;
  const [first, last] = [inside[0], inside.at(-1)];
  const x = first.left + 0.15 * em;
  return { x, w: last.right - x - 0.15 * em, group: first.stage, note: word("{n} blocks", { n: inside.length }) };
}

// ------------------------------------------------------------------ lines between boxes

const topOf = (b) => b.cy - (b.h + b.ey) / 2;
const bottomOf = (b) => b.cy + (b.h + b.ey) / 2;
const rightOf = (b) => b.x + b.d + b.ex;
const middleOf = (b) => b.x + (b.d + b.ex) / 2;
const joinOf = (b, em) => ({ x: b.x - 1.7 * em, y: b.cy }); // the sign of an add or a cat, before its box
const forkOf = (b, em) => b.x - 2.2 * em; // where a skip leaves, before the first box it passes

/** Every line as {line, d} and every mark as {mark, x, y}, for boxes that may be on the move. */
function wires(net, boxes, em) {
  const holder = (i) => boxes.find((b) => b.last === i) ?? boxes.find((b) => b.group.steps.includes(i));
  const row = boxes.filter((b) => !b.over);
  const links = row.filter((b) => net.steps[b.first].after !== null).map((b) =>
    ({ line: "link", d: link(holder(net.steps[b.first].after), b, isJoin(net, b), em) }));
  const skips = net.skips.flatMap((skip) => {
    const [from, to] = [holder(skip.from), holder(skip.to)];
    const between = row.filter((b) => b.x > from.x && b.x < to.x);
    if (from === to) return []; // folded away
    if (!isJoin(net, to) || !between.length) return arc(skip, from, to, between, em);
    const lane = boxes.find((b) => b.over && skip.via.includes(b.last))?.cy;
    return fork(skip, from, to, between, lane, em);
  });
  const joins = row.filter((b) => isJoin(net, b)).map((b) => ({ mark: kindAt(net, b), ...joinOf(b, em) }));
  return [...links, ...skips, ...joins];
}

const kindOf = (skip) => (skip.via.length ? "skip dashed" : "skip");

function link(from, to, joins, em) {
  const [x0, y0, y1] = [rightOf(from), from.cy, to.cy];
  if (Math.abs(y0 - y1) < 1) return `M${x0} ${y0}H${to.x}`;
  const x1 = joins ? joinOf(to, em).x : to.x;
  const start = joins ? x0 : Math.max(x0, forkOf(to, em));
  const middle = (start + x1) / 2;
  return `M${x0} ${y0}H${start}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}H${to.x}`;
}

/** A skip between folded boxes: from one top to the next, clear of what lies between. */
function arc(skip, from, to, between, em) {
  const [x0, y0] = [middleOf(from) + 3, topOf(from) - 3];
  const [x1, y1] = [middleOf(to) - 3, topOf(to) - 4];
  const rise = Math.min(1.7 * em, Math.max(0.6 * em, 0.8 * (x1 - x0)));
  const peak = Math.max(2, Math.min(y0, y1, ...between.map(topOf)) - rise);
  const pull = (peak - (y0 + y1) / 8) / 0.75; // halfway, the cubic is at its peak
  const d = `M${x0} ${y0}C${x0} ${pull} ${x1} ${pull} ${x1} ${y1}`;
  const crowded = x1 - x0 < 0.8 * em;
  return [{ line: kindOf(skip), d }, ...(crowded ? [] : [{ mark: "end", x: x1, y: y1 }])];
}

/** A skip inside an open group: it leaves the line at a fork and arrives at the sign of the add. */
function fork(skip, from, to, between, lane, em) {
  const { x, y } = joinOf(to, em);
  const start = Math.max(rightOf(from), forkOf(between[0], em));
  const level = lane ?? Math.max(2.2 * em, Math.min(...between.map(topOf)) - 0.9 * em);
  const bend = Math.max(0, Math.min(1.2 * em, (from.cy - level) / 2, (x - start) / 2));
  const d = `M${start} ${from.cy}V${level + bend}Q${start} ${level} ${start + bend} ${level}`
    + `H${x - bend}Q${x} ${level} ${x} ${level + bend}V${y - 0.6 * em}`;
  return [{ line: kindOf(skip), d }, { mark: "end", x: start, y: from.cy }];
}
