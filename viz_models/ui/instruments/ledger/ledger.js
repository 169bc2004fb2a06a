// Numbers that only print. All text goes in as text, never as markup.

function rowOf(root, { label, value, note, role, rule, explanation }) {
  const row = make("div", `row ${role}${rule ? " rule" : ""}`), name = make("dt", "");
  name.append(explanation ? termOf(root, label, explanation) : label);
  row.append(name);
  if (note) row.append(make("dd", "note", note));
  if (value) row.append(make("dd", "value", value));
  return row;
}

function termOf(root, label, explanation) {
  const term = make("span", "term", label), tip = root.querySelector(".tip");
  term.tabIndex = 0;
  term.setAttribute("aria-describedby", tip.id);
  const hide = () => closeTip(tip);
  const show = () => {
    tip.textContent = explanation;
    openTip(tip);
    placeBeside(tip, term.getBoundingClientRect());
  };
  Object.assign(term, { onpointerenter: show, onfocus: show, onclick: show, onpointerleave: hide, onblur: hide });
  term.onkeydown = (event) => { if (event.key === "Escape") hide(); };
  return term;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".ledger"), shown = JSON.stringify(data);
  const tip = root.querySelector(".tip");
  if (root.shown !== shown) { // a rerun with the same numbers leaves a text selection alone
    root.shown = shown;
    closeTip(tip);
    root.querySelector(".title").textContent = data.title;
    root.querySelector("header .note").textContent = data.note;
    root.querySelector(".badge").textContent = data.badge;
    root.querySelector("dl").replaceChildren(...data.rows.map((row) => rowOf(root, row)));
    root.style.minHeight = data.height ? `${data.height / 14}rem` : "";
  }
  const run = (root.run = (root.run ?? 0) + 1);
  root.dataset.ready = "yes";
  return () => { if (run === root.run) closeTip(tip); }; // an older call's cleanup may come late
}
