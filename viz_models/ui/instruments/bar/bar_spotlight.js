// The spotlight: one panel of the page, large and alone, for the last row of a room. Any page has it:
// a panel is a card, or what stands outside of cards and is no control. It stays where React keeps it.

const TIMES = 3, NARROWED = [1.5, 1.25, 1], MARGIN = 16; // px at each edge
const CARDS = '[data-testid="stVerticalBlock"], [data-testid="stExpander"], [data-testid="stForm"]';
const BARE = ["stBidiComponentIsolated", "chart", "stEchartsChart", "stDataFrame", "stTable", "stImage"]
  .map((id) => `[data-testid="stElementContainer"]:has([data-testid="${id}"])`).join();
const OPERATED = "a, button, input, select, textarea, label, summary, canvas, svg, [tabindex], [contenteditable], [role=slider]";

/** All panels of the page, the outermost of each nest. */
function panels() {
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  const large = (part) => part.offsetWidth > 160 && part.offsetHeight > 60 && part.checkVisibility(); // not folded away
  const framed = (part) => parseFloat(getComputedStyle(part).borderTopWidth) > 0 || part.dataset.testid === "stExpander";
  const found = [...main?.querySelectorAll(`${CARDS}, ${BARE}`) ?? []]
    .filter((part) => large(part) && !part.closest(".st-key-guide, .st-key-page_tools") && (!part.matches(CARDS) || framed(part)));
  return found.filter((part) => !found.some((other) => other !== part && other.contains(part)));
}

/** The panel that S means: under the pointer, else with the focus, else the one of which most is on screen. */
function meant(bar) {
  const all = panels(), [x, y] = bar.pointer ?? [-1, -1];
  const under = document.elementFromPoint(x, y), focused = document.activeElement;
  const inSight = (panel) => {
    const { left, right, top, bottom } = panel.getBoundingClientRect();
    return (right - left) * Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0));
  };
  return all.find((p) => p.contains(under)) ?? all.find((p) => p.contains(focused))
    ?? all.toSorted((a, b) => inSight(b) - inSight(a))[0];
}

/** Show one panel alone. */
function spotlight(bar, panel) {
  if (!panel) return;
  const main = document.querySelector('[data-testid="stMain"]'), before = panel.getBoundingClientRect();
  bar.spot = { panel, wide: panel.offsetWidth, at: panels().indexOf(panel), path: window.location.pathname, scrolled: main.scrollTop };
  bar.spot.watch = new ResizeObserver(() => follow(bar));
  bar.spot.watch.observe(panel);
  window.addEventListener("resize", (bar.spot.resized = () => fit(bar.spot)));
  document.documentElement.classList.add("spotlight");
  panel.dataset.spotlight = "";
  fit(bar.spot);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const from = `translate(${before.left}px, ${before.top}px) scale(1)`;
    panel.animate([{ transform: from }, {}], { duration: 180, easing: "ease-out" });
  }
  say(bar, word("S or Esc shows the whole page again"));
}

/** All of the page again. */
function endSpotlight(bar) {
  if (!bar.spot) return;
  const { panel, watch, resized, scrolled, path } = bar.spot;
  bar.spot = null;
  watch.disconnect();
  window.removeEventListener("resize", resized);
  delete panel.dataset.spotlight;
  document.documentElement.classList.remove("spotlight");
  if (path === window.location.pathname) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, scrolled);
}

/** As large as the screen allows, up to three times. One as wide as the page gets narrower, so that it can be enlarged. */
function fit({ panel, wide }) {
  const set = (name, value) => document.documentElement.style.setProperty(`--spotlight-${name}`, value);
  const across = innerWidth - 2 * MARGIN, down = innerHeight - 2 * MARGIN;
  const widths = NARROWED.map((narrower) => Math.min(wide, Math.max(across / narrower, Math.min(across, 640))));
  const width = widths.find((tried) => {
    set("width", `${tried}px`);
    return heightOf(panel) * Math.min(across / tried, NARROWED[0]) <= down;
  }) ?? widths.at(-1);
  const times = Math.max(1, Math.min(across / width, down / heightOf(panel), TIMES));
  const height = Math.min(heightOf(panel), down / times);
  set("most", `${down / times}px`);
  set("times", times);
  set("left", `${(innerWidth - width * times) / 2}px`);
  set("top", `${(innerHeight - height * times) / 2}px`);
}

const heightOf = (panel) => panel.scrollHeight + panel.offsetHeight - panel.clientHeight; // with its border

/** The panel has another size; or the page was drawn anew, and it is another element now, or gone. */
function follow(bar, tries = 10) {
  const { spot } = bar;
  if (spot.panel.isConnected) { fit(spot); return; }
  const again = panels()[spot.at], gone = spot.path !== window.location.pathname || !tries;
  if (again || gone) { endSpotlight(bar); spotlight(bar, !gone && again); }
  else setTimeout(() => bar.spot === spot && follow(bar, tries - 1), 100);
}

/** A click on the ground of a panel, while presenting, is for the spotlight; one beside it ends that. */
function clicked(bar, event) {
  const path = event.composedPath(), panel = bar.spot?.panel;
  if (panel) {
    if (!path.includes(panel) && path.some((part) => part.dataset?.testid === "stMain")) endSpotlight(bar);
    return;
  }
  const within = panels().find((p) => path.includes(p));
  const operated = path.slice(0, path.indexOf(within)).some((part) => part.matches?.(OPERATED) || cursorOf(part) === "pointer");
  if (within && !operated && !event.defaultPrevented && window.getSelection().isCollapsed) spotlight(bar, within);
}

function cursorOf(part) {
  return part instanceof Element ? getComputedStyle(part).cursor : "";
}

/** Listen to the pointer while the page is presented, and only then. */
function followPointer(bar, presenting) {
  document.removeEventListener("pointermove", bar.moving);
  document.removeEventListener("click", bar.clicking);
  if (!presenting) { endSpotlight(bar); return; }
  bar.moving = (event) => { bar.pointer = [event.clientX, event.clientY]; };
  bar.clicking = (event) => clicked(bar, event);
  document.addEventListener("pointermove", bar.moving, { passive: true });
  document.addEventListener("click", bar.clicking);
}
