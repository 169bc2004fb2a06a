// Links carry values. Streamlit writes what an option shows, so its writing passes through here.

export default function ({ data, parentElement }) {
  // One table for the whole tab: parameter -> what its options show -> their values.
  const { history } = window;
  history.spelled = Object.fromEntries(data.spelled.map(([param, shown]) => [param, new Map(shown)]));
  if (!history.isSpelling) {
    history.isSpelling = true;
    for (const verb of ["replaceState", "pushState"]) {
      const write = history[verb].bind(history);
      history[verb] = (state, title, url) => write(state, title, url ? valuesIn(url) : url);
    }
  }
  const here = valuesIn(window.location.href); // what was chosen before this code was there
  if (here !== window.location.href) history.replaceState(history.state, "", here);
  const root = parentElement.querySelector(".address"), run = (root.run = (root.run ?? 0) + 1);
  root.dataset.ready = "yes";
  // Another page's parameters may mean something else; an older call's cleanup may come late.
  return () => { if (run === root.run) history.spelled = {}; };
}

/** The same address with values in place of what the options show. */
function valuesIn(address) {
  const url = new URL(address, window.location.href);
  for (const [param, values] of Object.entries(window.history.spelled)) {
    const said = url.searchParams.getAll(param);
    if (!said.some((text) => values.has(text))) continue;
    url.searchParams.delete(param);
    for (const text of said) url.searchParams.append(param, values.get(text) ?? text);
  }
  return url.href;
}
