// A table that only prints. All text goes in as text, never as markup.

function line(tag, cells) {
  const row = make("tr", "");
  row.append(...cells.map(([text, below, scope]) => {
    const cell = make(scope ? "th" : tag, "", text);
    if (scope) cell.scope = scope;
    if (below) cell.append(make("span", "below", below));
    return cell;
  }));
  return row;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".sheet"), shown = JSON.stringify(data);
  if (root.shown !== shown) { // a rerun with the same numbers leaves a text selection alone
    root.shown = shown;
    for (const part of ["title", "note", "badge"]) root.querySelector(`.${part}`).textContent = data[part];
    root.querySelector(".scroll").setAttribute("aria-label", data.title || word("table"));
    const head = make("thead", ""), body = make("tbody", "");
    head.append(line("th", ["", ...data.head].map((name) => [name, "", "col"])));
    body.append(...data.rows.map(([name, cells]) => line("td", [[name, "", "row"], ...cells])));
    root.querySelector("table").replaceChildren(head, body);
  }
  root.dataset.ready = "yes";
}
