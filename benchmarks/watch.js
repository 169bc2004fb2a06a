// Put into every page before its own scripts: notes when which part of it was painted.
// Times are seconds since 1970, so that they compare with those of the benchmark's process.
{
  const log = (window.__painted = []); // [part, time]
  const now = () => (performance.timeOrigin + performance.now()) / 1000;

  /** Which card of the page a shadow root is; its place in the document would change. */
  function nameOf(root) {
    const canvas = root.querySelector("canvas[data-group]");
    if (canvas) return canvas.dataset.group;
    if (root.querySelector(".flow")) return root.querySelector(".box image[href]") ? "diagram" : "frame";
    return root.querySelector(".ledger .title")?.textContent || "frame";
  }

  /** Note the part once the frame that shows its change has been painted. */
  function painted(name) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => log.push([name(), now()]);
      port2.postMessage(null);
    });
  }

  const changes = { childList: true, subtree: true, characterData: true, attributeFilter: ["href", "width", "height"] };
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    new MutationObserver(() => painted(() => nameOf(root))).observe(root, changes);
    return root;
  };

  for (const press of ["keydown", "pointerdown"]) {
    addEventListener(press, (event) => log.push(["press", (performance.timeOrigin + event.timeStamp) / 1000]), true);
  }

  let question = "";
  new MutationObserver((all) => {
    if (all.some(({ target }) => target.closest?.("[data-testid=stPlotlyChart], [data-testid=chart]"))) painted(() => "chart");
    const text = document.querySelector("h1")?.textContent ?? "";
    if (text && text !== question) painted(() => "question");
    question = text;
  }).observe(document, { childList: true, subtree: true, characterData: true });
}
