// What was sent as tiles, and where it goes; tiles_paint.js draws it, tiles.js listens. A group is
// one tensor; k counts its values in memory, t y x are its tile and cell as sent, and a "cell" is
// the true [c, y, x] (or [c] in a vector, [n, c, y, x] in a grid) that people read. Bands are the
// rows and columns that carry labels: those of the grid, or of the cells of a single matrix.

const BASE = 14; // px of a root that is not presenting; sizes in px are meant at this type size
const LEAST_TILE = 18, LARGEST_CELL = 64, LARGEST_TILE = 240, NUMBERS_FROM = 26, LINES_FROM = 10, LEAST_SHARE = 56, TALLEST = 44;
const MARGIN = 4; // room for the outline of the outermost tiles
const clamp = (v, low, high) => Math.max(low, Math.min(high, v));

// ------------------------------------------------------------------ what was sent

function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}

let halves; // what each of the 65,536 stands for: to look it up is ten times as fast

function halvesToFloats(bits, scale) {
  halves ??= Float32Array.from({ length: 65536 }, (_, b) => halfToFloat(b));
  return Float32Array.from(bits).map((b) => halves[b] * scale);
}

/** Values as numbers; half precision came as bits and in units of `scale`. */
function read(arrays, at, scale) {
  const values = arrays[at]?.values ?? null;
  return values instanceof Uint16Array ? halvesToFloats(values, scale) : values;
}

function readGroup(header, arrays) {
  const group = { ...header };
  group.values = read(arrays, header.values, header.scale);
  group.hatched = read(arrays, header.hatched);
  group.overlay = read(arrays, header.overlay, header.overlayScale);
  [group.n, group.h, group.w] = header.shape;
  group.photo = header.scheme === "photo";
  group.strip = !group.grid && (group.h * group.w === 1 ? group.n > 1 : header.vector); // one long row that wraps
  group.lit = spread(arrays[header.lit], group);
  group.ownLabels = group.rowLabels;
  group.rowPhotos = arrays[header.rowPhotos];
  group.columnPhotos = arrays[header.columnPhotos];
  return group;
}

/** One flag a value, from an array that may say it once for a tile, a row or a column. */
function spread(lit, g) {
  if (!lit) return null;
  const [n, h, w] = lit.shape, at = (i, size) => (size > 1 ? i : 0);
  return Uint8Array.from({ length: count(g) }, (_, k) => {
    const [t, y, x] = placeOf(g, k);
    return lit.values[(at(t, n) * h + at(y, h)) * w + at(x, w)];
  });
}

const count = (g) => g.n * g.h * g.w;
const isHatched = (g, k) => !g.photo && (!Number.isFinite(g.values[k]) || Boolean(g.hatched?.[k % (g.h * g.w)]));

/** Tile, row and column of value k as sent. */
function placeOf(g, k) {
  const area = g.h * g.w, rest = k % area;
  return [Math.floor(k / area), Math.floor(rest / g.w), rest % g.w];
}

/** Row and column of tile t in the grid. */
const gridOf = (g, t) => [Math.floor(t / g.grid[1]), t % g.grid[1]];

/** The labelled row and column that value k is in. */
function bandsOf(g, k) {
  const [t, y, x] = placeOf(g, k);
  return g.grid ? gridOf(g, t) : [y, x];
}

/** The true indices of value k. */
function cellOf(g, k) {
  if (g.vector) return [g.indices?.[k] ?? g.offset[1] + g.stride * k];
  const [t, y, x] = placeOf(g, k), inside = [g.offset[0] + g.stride * y, g.offset[1] + g.stride * x];
  if (!g.grid) return [g.indices?.[t] ?? t, ...inside];
  const [row, column] = gridOf(g, t);
  return [g.rowIndices?.[row] ?? row, g.indices?.[column] ?? column, ...inside];
}

/** Where true indices are in memory, -1 when this group does not hold them. */
function find(g, cell) {
  if (isFollowing(g)) return findFollowed(g, cell);
  if (!cell || cell.length !== (g.vector ? 1 : g.grid ? 4 : 3)) return -1;
  const steps = (i, axis) => Math.floor((i - g.offset[axis]) / g.stride);
  const known = (indices, i) => (indices ? indices.indexOf(i) : i);
  const has = (i, size) => i >= 0 && i < size;
  if (g.vector) {
    const k = g.indices ? g.indices.indexOf(cell[0]) : steps(cell[0], 1);
    return has(k, g.w) ? k : -1;
  }
  const [c, i, j] = cell.slice(-3), column = known(g.indices, c), row = g.grid ? known(g.rowIndices, cell[0]) : 0;
  const columns = g.grid?.[1] ?? g.n, t = row * columns + column, y = steps(i, 0), x = steps(j, 1);
  if (!has(column, columns) || !has(row, g.grid?.[0] ?? 1)) return -1;
  return has(y, g.h) && has(x, g.w) ? (t * g.h + y) * g.w + x : -1;
}

// ------------------------------------------------------------------ numbers as people read them

/** In a cell an exact 0 is "0" and a tiny value is "0.00". */
function inCell(value, decimals) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value) || value === 0) return value === 0 ? "0" : digits(value);
  return value.toFixed(decimals).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
}

function describe(g, k) {
  if (isFollowing(g)) return describeFollowed(g, k);
  const cell = cellOf(g, k), names = g.vector ? ["c"] : g.grid ? ["n", "c", ...g.axes] : ["c", ...g.axes];
  const shown = g.n === 1 && !g.grid && !g.indices && !g.vector ? [1, 2] : names.keys();
  const [, y, x] = placeOf(g, k), called = g.grid ? {} : { [g.axes[0]]: g.rowNames[y], [g.axes[1]]: g.columnNames[x] };
  const where = [...shown].map((i) => [names[i], digits(cell[i]), called[names[i]]].filter(Boolean).join(" ")).join(" · ");
  if (g.photo && !g.overlay) return [where, g.values.slice(3 * k, 3 * k + 3).join(" ")];
  const value = (g.overlay ?? g.values)[k];
  return [where, (g.exact ? digits(value) : `≈ ${digits(value, 3)}`) + unitOf(g)];
}

const unitOf = (g) => (g.unit ? ` ${g.unit}` : "");

// ------------------------------------------------------------------ where things go

/** Columns, tile size (css px) and gap, so that all n tiles are as large as the room allows. */
function fitTiles(g, room, unit) {
  if (g.stretch) return fitStretched(g, room, unit);
  if (g.strip) return fitStrip(g, room, unit);
  const gap = g.n > 1 ? Math.max(2, Math.round((g.grid ? 4 : 3) * unit)) : 0, aspect = g.w / g.h;
  const size = g.size && Math.min(g.size * unit, room.width) * Math.min(1, aspect);
  const given = g.grid?.[1] ?? g.columns, [across, down] = thumbs(g);
  let best = { width: 0, columns: 1 };
  for (let columns = given ?? 1; columns <= (given ?? g.n); columns++) {
    const rows = Math.ceil(g.n / columns), wide = (room.width - (columns - 1) * gap) / (columns + across);
    const width = Math.min(wide, ((room.height - (rows - 1) * gap) / (rows + down)) * aspect);
    if (width > best.width) best = { width, columns };
  }
  const cap = Math.min(LARGEST_CELL * g.w, g.n > 1 ? LARGEST_TILE * Math.min(1, aspect) : Infinity) * unit;
  let width = size && !isFramed(g) ? size : Math.min(best.width, size || cap), columns = best.columns;
  const least = Math.min(LEAST_TILE * unit * Math.min(1, aspect), room.width);
  const scrolls = (!size || isFramed(g)) && width < least;
  if (scrolls) width = least;
  const cell = snap(width, g.w, scrolls);
  width = cell * g.w;
  if (size || scrolls) columns = given ?? clamp(Math.floor((room.width + gap) / (width + gap)), 1, g.n);
  return { columns: given ?? columns, width, height: cell * g.h, gap, cell };
}

/** Cells that need not be square: as wide as there is room, as tall as all rows may be. */
function fitStretched(g, room, unit) {
  const wide = Math.min((g.size ? Math.min(g.size * unit, room.width) : room.width) / g.w, g.size ? Infinity : LARGEST_CELL * unit);
  const width = snap(wide * g.w, g.w) * g.w, tall = snap(Math.min(room.height, TALLEST * unit * g.h), g.h);
  return { columns: 1, width, height: tall * g.h, gap: 0, cell: Math.min(width / g.w, 1.5 * tall) };
}

/** Cells of one vector in rows: as large as they can be, in even rows where that costs little. */
function fitStrip(g, room, unit) {
  const total = count(g);
  let best = { score: 0 };
  for (let rows = 1; rows <= total; rows++) {
    const columns = Math.ceil(total / rows);
    const cell = Math.min(room.width / columns, room.height / rows, 30 * unit);
    const score = cell * (columns * rows === total ? 1 : 0.6);
    if (score > best.score + 1e-6) best = { score, columns, cell };
  }
  const cell = snap(Math.max(best.cell, 3), 1);
  return { columns: g.columns ?? best.columns, width: cell, height: cell, gap: 0, cell };
}

/** A cell's size: whole device pixels once it has two of them, which is what makes tiles crisp. */
function snap(width, cells, up = false) {
  const device = (width * devicePixelRatio) / cells, whole = up ? Math.ceil(device) : Math.floor(device);
  return (device >= 2 ? whole : Math.floor(device * cells) / cells) / devicePixelRatio;
}

/** Whether labels, photos or a grid stand around the tiles, so that their size must give way. */
const isFramed = (g) => Boolean(g.grid || g.rowPhotos || g.columnPhotos || g.rowLabels.length || g.columnLabels.length || g.rowMargins.length);

/** Narrower than this, groups go below each other. */
function leastWidth(g, unit) {
  if (g.stretch && g.size) return g.pad.left + g.pad.right + 0.6 * g.size * unit;
  if (!isFramed(g)) return LEAST_SHARE * unit;
  return g.pad.left + g.pad.right + (g.grid ? g.grid[1] * (LEAST_TILE + 4) : Math.min(16 * g.w, 140)) * unit;
}

/** Width for each group: what labels need, then as much for the tiles of one as of another. */
function sharesOf(groups, room, unit) {
  const sum = (values) => values.reduce((a, b) => a + b, 0), given = (g) => (g.stretch && g.size ? g.size * unit : 0);
  const pads = groups.map((g) => g.pad.left + g.pad.right + given(g));
  const weights = groups.map((g) => (given(g) ? 0 : 1 + thumbs(g)[0] / (g.grid?.[1] ?? 1)));
  return groups.map((_, i) => pads[i] + ((room - sum(pads)) * weights[i]) / (sum(weights) || 1));
}

/** Width for each group, or one for all of them where they cannot stand side by side. */
function widthsOf(model, groups, total, operators) {
  const { unit } = model, many = groups.length, gap = 0.6 * BASE * unit, widest = Math.max(...operators);
  const shares = sharesOf(groups, total - operators.reduce((a, b) => a + b, 0) - gap * (many - 1), unit);
  const wraps = groups.some((g, i) => shares[i] < leastWidth(g, unit));
  if (!wraps) return { wraps, shares };
  const least = Math.max(...groups.map((g) => leastWidth(g, unit))) + 20 * unit + widest;
  const columns = clamp(Math.floor((total + gap) / (least + gap)), 1, many);
  return { wraps, shares: groups.map(() => (total + gap) / columns - gap - widest) };
}

function layOut(model) {
  const { root, header } = model, groups = model.groups.filter((g) => !g.above), figures = groups.map((g) => figureIn(model, g));
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / BASE;
  const total = root.querySelector(".stage").clientWidth;
  if (!total) return;
  model.unit = unit;
  for (const g of model.groups) g.place = null;
  surround(groups, model);
  const operators = figures.map((f) => f.querySelector(":scope > .operator").offsetWidth), { wraps, shares } = widthsOf(model, groups, total, operators);
  model.wraps = wraps;
  shareSlots(model, groups);
  const fixed = header.height && !wraps ? header.height * unit : 0, foot = root.querySelector(".foot").offsetHeight;
  const sized = groups.map((g) => g.size && !isFramed(g));
  const tallest = groups.map((g, i) => {
    figures[i].style.maxWidth = groups.length > 1 && !sized[i] ? `${shares[i] + operators[i]}px` : "";
    const free = fixed - foot - figures[i].offsetHeight + figures[i].querySelector(":scope > .view").offsetHeight;
    return fixed ? Math.max(free, LEAST_TILE) : (g.strip ? 160 : 320) * unit;
  });
  for (let pass = 0; pass < 2; pass++) { // the second one knows how wide the columns of labels are
    surround(groups, model);
    groups.forEach((g, i) => {
      const { left, top, right, bottom } = g.pad, width = Math.floor(sized[i] ? total : shares[i]) - left - right;
      g.place = fitTiles(g, { width, height: Math.max(tallest[i] - top - bottom, LEAST_TILE) }, unit);
    });
    shareRows(groups);
  }
  makeRoomForPhotos(groups);
  groups.forEach((g, i) => size(g, figures[i], fixed ? tallest[i] : 420 * unit));
  stack(model, groups);
  root.style.minHeight = fixed ? `${fixed}px` : "";
}

/** Matrices, and grids, with equally many rows get rows of one height. */
function shareRows(groups) {
  const aligned = groups.filter((g) => !g.strip && !g.stretch && (g.grid || (g.n === 1 && (!g.size || isFramed(g)))));
  const kind = (g) => (g.grid ? `${g.grid[0]} of ${g.h}` : g.h), stretched = groups.filter((g) => g.stretch);
  const cells = aligned.map((g) => Math.min(...aligned.filter((o) => kind(o) === kind(g)).map((o) => o.place.cell)));
  aligned.forEach((g, i) => Object.assign(g.place, { cell: cells[i], width: cells[i] * g.w, height: cells[i] * g.h }));
  const heights = stretched.map((g) => Math.min(...stretched.filter((o) => o.h === g.h).map((o) => o.place.height)));
  stretched.forEach((g, i) => { g.place.height = heights[i]; });
}

function size(g, figure, tallest) {
  const { columns, width, height, gap } = g.place, rows = Math.ceil((g.strip ? count(g) : g.n) / columns);
  const canvas = canvasOf(figure), ratio = devicePixelRatio;
  g.width = columns * (width + gap) - gap + g.pad.left + g.pad.right;
  g.height = rows * (height + gap) - gap + g.pad.top + g.pad.bottom;
  Object.assign(canvas, { width: Math.round(g.width * ratio), height: Math.round(g.height * ratio) });
  Object.assign(canvas.style, { width: `${g.width}px`, height: `${g.height}px` });
  const view = figure.querySelector(":scope > .view");
  view.style.maxHeight = g.height > tallest + 1 ? `${tallest}px` : "";
  const scrolls = view.scrollHeight > view.clientHeight + 1 || view.scrollWidth > view.clientWidth + 1;
  if (scrolls) view.tabIndex = 0; // who has no mouse scrolls with the arrow keys
  else view.removeAttribute("tabindex");
  const below = figure.querySelector(":scope > .below").style; // its text is centred under the tiles
  below.paddingLeft = `${g.pad.left - MARGIN}px`;
  below.paddingRight = `${g.pad.right - MARGIN}px`;
}

/** Left, top, width and height of value k on the canvas. */
function rectOf(g, k) {
  const { columns, width, height, cell } = g.place;
  if (g.strip) return [g.pad.left + (k % columns) * cell, g.pad.top + Math.floor(k / columns) * cell, cell, cell];
  const [t, y, x] = placeOf(g, k), [left, top] = tileAt(g, t), tall = height / g.h, wide = width / g.w;
  return [left + x * wide, top + y * tall, wide, tall];
}

function tileAt(g, t) {
  const { columns, width, height, gap } = g.place;
  return [g.pad.left + (t % columns) * (width + gap), g.pad.top + Math.floor(t / columns) * (height + gap)];
}

/** Which value is under a point of the canvas, -1 between tiles. */
function hit(g, px, py) {
  const { columns, width, height, gap } = g.place, x = px - g.pad.left, y = py - g.pad.top;
  const column = Math.floor(x / (width + gap)), row = Math.floor(y / (height + gap));
  const t = row * columns + column, dx = x - column * (width + gap), dy = y - row * (height + gap);
  if (x < 0 || y < 0 || column >= columns || dx >= width || dy >= height) return -1;
  if (g.strip) return t < count(g) ? t : -1;
  const cellX = Math.floor((dx / width) * g.w), cellY = Math.floor((dy / height) * g.h);
  return t < g.n ? (t * g.h + cellY) * g.w + cellX : -1;
}

/** Where a row (axis 0) or column (axis 1) of bands starts, and how long it is. */
function bandAt(g, axis, i) {
  const { width, height, gap } = g.place, start = axis ? g.pad.left : g.pad.top, tile = axis ? width : height;
  if (g.grid) return [start + i * (tile + gap), tile];
  const cell = tile / (axis ? g.w : g.h);
  return [start + i * cell, cell];
}
