// Terms in the prose: the first of each on a page has a dotted line, and tells its meaning under the
// pointer or a finger. The line is a highlight of the browser's, so the page's elements stay as they
// are. The sheet behind "?" lists the same terms, for the keyboard.

const PROSE = '[data-testid="stMain"] :is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"]) :is(p, li)';
const NO_PROSE = "a, button, label, summary, code, pre, [role=radio], [role=tooltip], .katex";
const SETTLED = 300; // ms without a change of the page

/** Watch the page for terms: [["logit", "logits"], "what it means"], and so on. */
function explainTerms(bar, terms) {
  const found = bar.terms ?? (bar.terms = { marks: [] });
  const named = terms.map(([names, meaning]) => ({ names, meaning }));
  found.meanings = new Map(named.flatMap((term) => term.names.map((name) => [name, term])));
  found.watch?.disconnect();
  if (!window.CSS?.highlights) return; // an old browser: the prose without lines
  const mark = () => markTerms(found);
  const later = () => { clearTimeout(found.later); found.later = setTimeout(mark, SETTLED); };
  found.watch = new MutationObserver(later);
  found.watch.observe(document.body, { childList: true, characterData: true, subtree: true });
  later();
  document.removeEventListener("pointermove", found.follow);
  document.removeEventListener("pointerdown", found.follow);
  found.follow = (event) => followTerm(found, event, bar.parentElement.querySelector(".tip"));
  document.addEventListener("pointermove", found.follow);
  document.addEventListener("pointerdown", found.follow);
}

/** Find the first place of each term, and underline it. */
function markTerms(found) {
  const names = [...found.meanings.keys()].toSorted((a, b) => b.length - a.length);
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
  const seen = new Set();
  found.marks = [];
  for (const text of proseOf(document)) {
    for (const match of text.data.matchAll(pattern)) {
      const term = found.meanings.get(match[0]) ?? found.meanings.get(match[0].toLowerCase());
      if (!term || seen.has(term)) continue; // "he" is no "He"
      seen.add(term);
      const range = new Range();
      range.setStart(text, match.index);
      range.setEnd(text, match.index + match[0].length);
      found.marks.push({ range, text, ...term });
    }
  }
  CSS.highlights.set("terms", new Highlight(...found.marks.map(({ range }) => range)));
}

/** All text of the page's prose, in order. */
function* proseOf(root) {
  for (const part of root.querySelectorAll(PROSE)) {
    if (part.closest(NO_PROSE) || !part.checkVisibility()) continue;
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(NO_PROSE)) yield walker.currentNode;
  }
}

/** Open the tip of the term that the pointer is on, or close it. */
function followTerm(found, event, tip) {
  const inside = (box) => event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top - 2 && event.clientY <= box.bottom + 2;
  const on = found.marks.find(({ range, text }) =>
    event.target.contains?.(text) && text.parentElement.closest("p, li")?.contains(event.target)
    && [...range.getClientRects()].some(inside));
  if (on === found.open) return;
  if (found.pointed) found.pointed.style.cursor = "";
  found.pointed = on && event.target;
  if (on) event.target.style.cursor = "help";
  found.open = on;
  if (!on) return closeTip(tip);
  tip.textContent = on.meaning;
  openTip(tip);
  placeBeside(tip, on.range.getBoundingClientRect());
}

/** The terms of this page for its sheet: name and meaning. */
function termsHere(bar) {
  return (bar.terms?.marks ?? []).map(({ names, meaning }) => [names[0], meaning]);
}
