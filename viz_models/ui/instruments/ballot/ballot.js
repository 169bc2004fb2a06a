// The choices of a question, to press, and how many chose each.

const LETTERS = "ABCDE";

/** What stands below a choice for whoever looks: letters say it, not the color alone. */
function noteOf(right, chosen) {
  return [right ? word("✓ right answer") : "", chosen ? word("your vote") : ""].filter(Boolean).join(" · ");
}

function rowOf(text, i, data, chosen) {
  const place = String(i), row = make(data.open ? "button" : "div", "choice");
  const right = data.right === place, mine = chosen === place;
  if (data.open) {
    row.type = "button";
    row.setAttribute("aria-pressed", String(mine));
  }
  row.dataset.place = place;
  row.classList.toggle("right", right);
  row.classList.toggle("chosen", mine);
  row.append(make("span", "letter", LETTERS[i]), make("span", "text", text), make("span", "count"));
  if (data.shows) row.append(barOf(row.lastChild, data.counts[i], data.counts.reduce((a, b) => a + b, 0)));
  const note = noteOf(right, mine);
  if (note) row.append(make("span", "note", note));
  return row;
}

/** The bar of a choice; its number stands in `count`. All bars share one scale, that of all votes. */
function barOf(count, votes, all) {
  const bar = make("span", "bar"), fill = make("i", "");
  const share = all ? votes / all : 0;
  count.append(String(votes), make("small", "", `${Math.round(100 * share)} %`));
  fill.style.width = `${100 * share}%`;
  bar.append(fill);
  return bar;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".ballot"), choices = root.querySelector(".choices");
  choices.classList.toggle("large", data.large);
  if (root.awaited === data.chosen || !data.open || root.refused !== data.refused) root.awaited = undefined;
  root.refused = data.refused;
  const chosen = root.awaited ?? data.chosen, shown = JSON.stringify([data, chosen]);
  if (root.shown !== shown) {
    const focused = choices.getRootNode().activeElement?.dataset?.place;
    const before = [...choices.querySelectorAll(".bar i")].map((fill) => fill.style.width);
    choices.replaceChildren(...data.choices.map((text, i) => rowOf(text, i, data, chosen)));
    grow(choices, before);
    if (focused !== undefined) choices.querySelector(`[data-place="${focused}"]`)?.focus({ preventScroll: true });
    root.shown = shown;
  }
  choices.onclick = (event) => {
    const row = event.target.closest("button.choice");
    if (!row || row.dataset.place === (root.awaited ?? data.chosen)) return;
    root.awaited = row.dataset.place;
    for (const other of choices.children) {
      other.classList.toggle("chosen", other === row);
      other.setAttribute("aria-pressed", String(other === row));
    }
    setStateValue("choice", `${root.awaited}:${data.refused}`); // pressed again after a refusal, it is news
  };
  root.dataset.ready = "yes";
}

/** Let new bars grow from where the old ones ended. */
function grow(choices, before) {
  const fills = [...choices.querySelectorAll(".bar i")], ends = fills.map((fill) => fill.style.width);
  fills.forEach((fill, i) => { fill.style.width = before[i] ?? "0%"; });
  void choices.offsetWidth; // the browser must have seen them
  fills.forEach((fill, i) => { fill.style.width = ends[i]; });
}
