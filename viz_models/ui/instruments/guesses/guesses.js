// Words as columns. This owns which words are spoiled; Python says what the network guesses then.

const NEXT = { "": "m", m: "r", r: "", k: "m" }; // real -> [MASK] -> random -> real
const saidOf = (deed) => ({
  m: word("is masked"), r: word("is replaced by a random word"), k: word("was chosen and is kept"), "": word("stands there as it is"),
})[deed];

/** The places that are spoiled, as the address holds them; a random word keeps its own number. */
function placesOf(text) {
  const found = new Map();
  for (const part of text === "none" ? [] : text.split(".")) {
    const [, place, deed] = part.match(/^(\d+)([mrk]\d*)$/) ?? [];
    if (place !== undefined) found.set(Number(place), deed);
  }
  return found;
}

function textOf(places) {
  return [...places].sort(([a], [b]) => a - b).map(([place, deed]) => place + deed).join(".") || "none";
}

function guessOf([token, p, right]) {
  const row = make("div", `guess${right ? " true" : ""}`), truth = right ? word(", the true word") : "";
  row.style.setProperty("--share", `${100 * p}%`);
  row.title = `${token}: ${digits(p, 4)}${truth}`;
  row.append(make("b", "", token), make("span", "", p < 0.0095 ? "<.01" : p.toFixed(2).replace(/^0/, "")));
  return row;
}

function columnOf(column, i, data) {
  const last = data.columns.length - 1, first = i === 1, other = i === data.second && data.second <= last;
  const place = make("div", `column${column.can ? "" : " special"}${other ? " gap" : ""}`);
  const button = Object.assign(make("button", "word", column.shown), { type: "button", disabled: !column.can });
  button.dataset.place = String(i);
  button.setAttribute("aria-label", column.can ? `${column.shown}: ${saidOf(column.deed)}` : column.shown);
  button.title = column.can ? word("Click: [MASK], then a random word, then the word itself") : word("This is never chosen.");
  const here = make("div", "here", column.said), bar = make("span", "bar"), fill = make("i", "");
  if (column.share !== null) {
    fill.style.width = `${100 * column.share}%`;
    bar.append(fill);
    here.append(bar);
  }
  place.classList.toggle("spoiled", Boolean(column.deed));
  place.classList.toggle("low", column.low);
  const name = first ? word("sentence {name}", { name: data.names[0] }) : other ? word("sentence {name}", { name: data.names[1] }) : "";
  const typed = column.deed === "k" ? word("chosen, kept") : column.typed ? word("was: {token}", { token: column.typed }) : "";
  place.append(make("div", "part", name), button, make("div", "typed", typed), here, ...column.guesses.map(guessOf));
  return place;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".guesses"), columns = root.querySelector(".columns"), shown = JSON.stringify(data);
  const settled = root.awaited === undefined || root.awaited === data.spoiled;
  if (settled) root.awaited = undefined;
  if (root.shown !== shown && settled) { // else Python does not know of the last click yet
    const focused = columns.getRootNode().activeElement?.dataset?.place, left = columns.scrollLeft;
    columns.replaceChildren(...data.columns.map((column, i) => columnOf(column, i, data)));
    columns.scrollLeft = left;
    if (focused !== undefined) columns.querySelector(`[data-place="${focused}"]`)?.focus({ preventScroll: true });
    root.places = placesOf(data.spoiled);
    root.shown = shown;
    writeParam("spoil", data.spoiled === data.default ? null : data.spoiled);
  }
  columns.onclick = (event) => {
    const word = event.target.closest(".word");
    if (!word || word.disabled) return;
    const place = Number(word.dataset.place), deed = NEXT[(root.places.get(place) ?? "").slice(0, 1)];
    if (deed) root.places.set(place, deed);
    else root.places.delete(place);
    const text = textOf(root.places);
    root.awaited = text;
    columns.querySelectorAll(".column").forEach((column) => column.classList.add("waiting"));
    word.parentElement.classList.toggle("spoiled", Boolean(deed));
    if (deed === "m") word.textContent = "[MASK]";
    else if (deed === "r") word.textContent = "…";
    writeParam("spoil", text === data.default ? null : text);
    setStateValue("spoil", text);
  };
  root.dataset.ready = "yes";
}
