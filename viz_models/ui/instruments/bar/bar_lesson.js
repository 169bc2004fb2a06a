// Links of a guided lesson. They are drawn by ui/guides/panel.py.

/** The link to the step before or the next one of the lesson that is on. */
function lessonLink(which) {
  return document.querySelector(`.st-key-guide a.guide-${which}`);
}

/** Open a lesson's links without loading the site anew. */
function followLessons(bar) {
  document.removeEventListener("click", bar.following);
  bar.following = (event) => {
    const link = event.target.closest?.("a.guide-link");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openView(link.href);
  };
  document.addEventListener("click", bar.following);
}

/** Open a view as the browser's Back does: what the address says wins over all that was chosen before. */
function openView(href) {
  const url = new URL(href, window.location.href);
  const here = new URL(window.location.href).searchParams;
  for (const name of ["present", "lang"]) if (here.has(name)) url.searchParams.set(name, here.get(name));
  window.history.pushState(null, "", url);
  window.dispatchEvent(new PopStateEvent("popstate"));
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
}

const KEPT = { mine: "forward-pass.lesson", answers: "forward-pass.answers" };

/** Keep the reader's own lesson and answers in this browser, and give them back to a session that has none. */
function keepTexts(bar, texts, setTriggerValue) {
  try {
    const unknown = {}, last = (bar.kept ??= {});
    for (const [name, key] of Object.entries(KEPT)) {
      const there = window.localStorage.getItem(key), here = texts[name] ?? null;
      const elsewhere = name === "answers" && name in last && there && there !== last[name]; // in another tab
      last[name] = elsewhere ? there : here || null;
      if (here === null || elsewhere) { if (there) unknown[name] = there; }
      else if (here === "") window.localStorage.removeItem(key);
      else if (here !== there) window.localStorage.setItem(key, here);
    }
    if (Object.keys(unknown).length) setTriggerValue("kept", unknown);
  } catch { /* a browser that keeps nothing: they stay in the session */ }
}

/** The view that is open, for a step of a lesson: its address and what stands above it. */
function viewHere() {
  const { pathname, search } = window.location;
  return { address: pathname + search, title: document.querySelector("h1")?.innerText ?? "" };
}
