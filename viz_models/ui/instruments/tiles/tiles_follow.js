// Groups that share one choice, such as (query, key): its parts are rows in one matrix and columns
// in another. And a mask that is painted by hand.

const PAINTED = "painted"; // the parameter that says which cells were flipped: "4.0_4.3"

const isFollowing = (g) => g.follows.some((part) => part !== null);
const followsBoth = (g) => g.follows.every((part) => part !== null);

/** Whether the arrow keys can walk it. */
const isWalked = (g) => g.pick === "cell" && (!isFollowing(g) || followsBoth(g));

/** The labelled row and column that the choice has here, -1 where it has none. */
function chosenBands(g, choice) {
  if (isFollowing(g)) return g.follows.map((part, axis) => (part !== null && choice?.[part] < g.bands[axis] ? choice[part] : -1));
  const k = g.pick === "cell" ? find(g, choice) : -1;
  return k < 0 ? [-1, -1] : bandsOf(g, k);
}

const inBands = (g, row, column) => (g.grid ? (row * g.grid[1] + column) * g.h * g.w : row * g.w + column);

function findFollowed(g, choice) {
  const [row, column] = chosenBands(g, choice);
  return row < 0 || column < 0 ? -1 : inBands(g, row, column);
}

/** The choice after a click on value k: only the parts that this group shows move. */
function choiceAt(g, k, choice) {
  const bands = bandsOf(g, k), next = [...(choice ?? [])];
  g.follows.forEach((part, axis) => { if (part !== null) next[part] = bands[axis]; });
  return Array.from(next, (i) => i ?? 0);
}

function neighborFollowed(g, choice, dx, dy) {
  const [row, column] = chosenBands(g, choice).map((i) => Math.max(i, 0));
  return inBands(g, clamp(row + dy, 0, g.bands[0] - 1), clamp(column + dx, 0, g.bands[1] - 1));
}

/** Where it is in words: "aime · j'", or "query 2 · dimension 5" where nothing has a name. */
function describeFollowed(g, k) {
  const names = [g.rowNames, g.columnNames], said = bandsOf(g, k).map((i, axis) => names[axis][i] ?? `${g.axes[axis]} ${i}`);
  const value = digits(g.values[k]), hidden = isHatched(g, k) && g.hatchedText && g.hatchedText !== value;
  return [said.join(" · "), hidden ? word("{hidden} (was {value})", { hidden: g.hatchedText, value }) : value];
}

/** The chosen row or column in a line, and in a matrix that has both the cell in a stronger one. */
function markFollowed(g, model, context) {
  const [row, column] = chosenBands(g, model.choice), { width, height } = g.place, { chosen } = model.color;
  const both = row >= 0 && column >= 0;
  if (g.grid) {
    if (both) outline(context, roomOf(g, row * g.grid[1] + column), chosen, model, 2);
    return;
  }
  const line = (axis, i) => { // where it starts, how long it is: along the other axis all of it
    const [start, length] = bandAt(g, axis, i);
    return axis ? [start, g.pad.top, length, height] : [g.pad.left, start, width, length];
  };
  if (row >= 0) outline(context, line(0, row), chosen, model, 1.25);
  else if (column >= 0) outline(context, line(1, column), chosen, model, 1.25);
  if (both) outline(context, rectOf(g, inBands(g, row, column)), chosen, model, 2.5);
}

// ------------------------------------------------------------------ painting a mask

const nameOf = ([y, x]) => `${y}.${x}`;
const textOf = (flipped) => [...flipped].sort().join("_");

function brushMask(model, g, k) {
  if (Boolean(g.hatched[k]) === model.stroke.on) return;
  g.hatched[k] = model.stroke.on ? 1 : 0;
  model.stroke.cells.set(k, true);
  g.base = null;
  paint(model);
}

function tellFlipped(model, cells) {
  const { root } = model;
  if (!cells.length) return;
  for (const cell of cells.map(nameOf)) if (!root.flipped.delete(cell)) root.flipped.add(cell);
  const text = textOf(root.flipped);
  root.toldFlips.push(text);
  writeParam(PAINTED, text || null);
  model.setTriggerValue("flipped", text);
}

/** Enter flips the chosen cell of the mask. */
function flipByKey(model) {
  const g = model.groups.find((o) => o.pick === "mask"), k = g ? find(g, model.choice) : -1;
  if (k < 0) return false;
  g.hatched[k] = g.hatched[k] ? 0 : 1;
  g.base = null;
  paint(model);
  tellFlipped(model, [bandsOf(g, k)]);
  return true;
}

/** Take Python's flips, unless they only answer an older stroke: then keep what was painted since. */
function adoptFlipped(root, header, groups) {
  const theirs = new Set((header.flipped ?? []).map(nameOf)), text = textOf(theirs);
  const at = (root.toldFlips ?? []).lastIndexOf(text), g = groups.find((o) => o.pick === "mask");
  if (g && at >= 0 && at < root.toldFlips.length - 1) {
    const since = [...root.flipped].filter((c) => !theirs.has(c)).concat([...theirs].filter((c) => !root.flipped.has(c)));
    for (const [y, x] of since.map((cell) => cell.split(".").map(Number))) g.hatched[y * g.w + x] ^= 1;
    return;
  }
  root.flipped = theirs;
  root.toldFlips = [];
}
