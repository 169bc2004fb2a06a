// A Plotly figure that is drawn anew in place. Streamlit's own chart throws the old one away at each
// change and draws the new one three times.

const LEAST = 150; // px across
const NUMBERS = {
  f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array, i4: Int32Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array,
}; // as Plotly names them
let loading = null; // Plotly itself, once for all charts

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".plotted"), shown = new TextDecoder().decode(data);
  const run = (root.run = (root.run ?? 0) + 1);
  root.tell = (point) => setTriggerValue("point", point);
  if (root.shown !== shown) { // a rerun with the same figure leaves the chart alone
    root.shown = shown;
    root.asked = prepared(JSON.parse(shown), root.asked);
    root.style.height = `${root.asked.layout.height}px`; // no jump when it is drawn
    root.watch ??= new ResizeObserver(() => draw(root));
    root.watch.observe(root); // which also tells the width at once, now or when it is unfolded
    draw(root);
  }
  return () => { // an older call's cleanup may come late
    if (run !== root.run) return;
    root.watch.disconnect();
    root.shown = root.drawn = null; // should it come back, it is drawn again
    window.Plotly?.purge(root);
  };
}

/** Draw what was asked for last, at the width that there is; nothing where that is already there. */
async function draw(root) {
  const Plotly = await (loading ??= load(root.asked.plotly));
  const width = Math.max(root.clientWidth, LEAST), { asked } = root;
  if (!root.isConnected || !root.clientWidth || (root.drawn === asked && root.across === width)) return;
  const resized = root.drawn === asked, first = !root.drawn;
  Object.assign(root, { drawn: asked, across: width });
  if (resized) return Plotly.relayout(root, { width });
  const layout = { ...asked.layout, width, datarevision: asked.revision };
  if (asked.clicked) Object.assign(layout, { clickmode: "event", hovermode: layout.hovermode ?? "closest" });
  // The config is given once. Plotly takes one that is given again for new, and starts all over.
  await Plotly.react(root, asked.data, layout, first ? asked.config : undefined);
  if (root.drawn !== asked) return; // gone meanwhile, or already another one
  root.removeAllListeners("plotly_click");
  if (asked.clicked) root.on("plotly_click", ({ points: [point], event }) => root.tell(said(point, event, root)));
  root.dataset.ready = "yes";
}

/** Keep the traces and their revision if nothing in them has changed: Plotly then does not draw
 * them again. A typed array or a template always counts as changed, so neither is passed on. */
function prepared(asked, before) {
  asked.traces = JSON.stringify(asked.data);
  const same = asked.traces === before?.traces;
  asked.data = same ? before.data : plain(asked.data);
  asked.revision = same ? before.revision : (before?.revision ?? 0) + 1;
  asked.layout.template = null; // ours is an empty one
  return asked;
}

/** Turn all packed numbers in a value into plain lists. */
function plain(value) {
  if (!value || typeof value !== "object") return value;
  if (Array.isArray(value)) return typeof value[0] === "object" ? value.map(plain) : value;
  if (!value.bdata) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  const bytes = Uint8Array.from(atob(value.bdata), (letter) => letter.charCodeAt(0));
  const numbers = Array.from(new NUMBERS[value.dtype](bytes.buffer));
  const sizes = String(value.shape ?? "").split(",").map(Number); // "49, 241"
  return sizes.slice(1).reduceRight(inRows, numbers);
}

/** Cut a list into rows of one size. */
function inRows(list, size) {
  return Array.from({ length: list.length / size }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** Load Plotly; again later, if it cannot be had now. */
async function load(address) {
  try {
    await import(new URL(address, import.meta.url));
    return window.Plotly;
  } catch (error) {
    loading = null;
    throw error;
  }
}

/** What Python hears of a point; of a heatmap the place of the pointer, not the middle of a cell. */
function said({ x, y, customdata, pointIndex, pointNumber, data, xaxis, yaxis }, event, root) {
  const told = { x, y, customdata, index: pointIndex ?? pointNumber };
  if (data.type !== "heatmap") return told;
  const { left, top } = root.getBoundingClientRect();
  told.x = xaxis.p2d(event.clientX - left - xaxis._offset);
  told.y = yaxis.p2d(event.clientY - top - yaxis._offset);
  return told;
}
