// A Plotly figure that is drawn anew in place. Streamlit's own chart throws the old one away at each
// change and draws the new one three times.

const LEAST = 150; // px across
let loading = null; // Plotly itself, once for all charts

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".plotted"), shown = new TextDecoder().decode(data);
  const run = (root.run = (root.run ?? 0) + 1);
  root.tell = (point) => setTriggerValue("point", point);
  if (root.shown !== shown) { // a rerun with the same figure leaves the chart alone
    root.shown = shown;
    root.asked = JSON.parse(shown);
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
  const resized = root.drawn === asked;
  Object.assign(root, { drawn: asked, across: width });
  if (resized) return Plotly.relayout(root, { width });
  const layout = { ...asked.layout, width };
  if (asked.clicked) Object.assign(layout, { clickmode: "event", hovermode: layout.hovermode ?? "closest" });
  await Plotly.react(root, asked.data, layout, asked.config);
  if (root.drawn !== asked) return; // gone meanwhile, or already another one
  root.removeAllListeners("plotly_click");
  if (asked.clicked) root.on("plotly_click", ({ points: [point] }) => root.tell(said(point)));
  root.dataset.ready = "yes";
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

/** What Python hears of a point. */
function said({ x, y, customdata, pointIndex, pointNumber }) {
  return { x, y, customdata, index: pointIndex ?? pointNumber };
}
