// Back leaves a page in one step and finds the page before with all its settings.

/**
 * Let Streamlit change the address of the page that is open without a new step in the history, and
 * give the page that is left its settings back.
 *
 * On the way to another page Streamlit takes the settings of the old page out of the address while
 * the old page is still open. What it took since the reader's last click or key belongs to the old
 * page, so it is put back right before the new page's address is added.
 */
function keepHistory() {
  const { history } = window;
  if (history.isKept) return;
  history.isKept = true;
  let before = null; // the whole address, if Streamlit has taken settings out of it
  for (const sign of ["pointerdown", "keydown"]) window.addEventListener(sign, () => (before = null), true);
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const url = new URL(address ?? "", window.location.href);
    if (!isStreamlits(state)) return push(state, title, url.href);
    if (isOpen(url)) {
      before = isPartOf(url, window.location.href) ? before ?? window.location.href : null;
      return history.replaceState(state, title, url.href);
    }
    if (before) history.replaceState(history.state, "", before);
    before = null;
    return push(state, title, url.href);
  };
}

/** Whether Streamlit asks for it: it hands over an empty object, a guided lesson nothing. */
function isStreamlits(state) {
  return state !== null && typeof state === "object" && !Object.keys(state).length;
}

/** Whether this is the page that is open, with any settings. */
function isOpen(url) {
  return url.pathname === window.location.pathname && url.hash === window.location.hash;
}

/** Whether an address has some of the settings of another one, and no others. */
function isPartOf(url, whole) {
  const { searchParams } = new URL(whole);
  return [...url.searchParams].every(([name, value]) => searchParams.getAll(name).includes(value));
}
