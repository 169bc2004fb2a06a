// A sentence as a line of stops. It owns which one is chosen: painted here first, then told.

const ECHO = 3000; // ms within which Python may repeat an older stop of ours
const TOLD_AFTER = 90; // ms of rest; a held key would send a message for each word it passes

function stopOf(label, i) {
  const stop = make("button", "stop", label);
  Object.assign(stop, { type: "button", tabIndex: -1, id: `stop-${i}` });
  stop.setAttribute("role", "option");
  return stop;
}

function paintStops(root, { said }) {
  const stops = [...root.querySelectorAll(".stop")], list = root.querySelector(".stops"), { at } = root;
  stops.forEach((stop, i) => {
    stop.classList.toggle("done", i <= at);
    stop.setAttribute("aria-selected", String(i === at));
  });
  list.setAttribute("aria-activedescendant", `stop-${at}`);
  const chosen = stops[at], right = chosen.offsetLeft + chosen.offsetWidth - list.offsetLeft;
  list.scrollLeft = Math.max(right - list.clientWidth, Math.min(list.scrollLeft, chosen.offsetLeft - list.offsetLeft));
  root.querySelector(".prev").disabled = at === 0;
  root.querySelector(".next").disabled = at === stops.length - 1;
  root.querySelector(".said").textContent = said[at] ?? "";
  root.dataset.at = at;
}

/** Whether Python only repeats a stop that we told it a moment ago and have left since. */
function answersOlder(root, at) {
  root.told = (root.told ?? []).filter(({ when }) => performance.now() - when < ECHO);
  const i = root.told.findIndex((told) => told.at === at);
  root.told.splice(0, i + 1);
  return i >= 0;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".scrubber"), end = data.labels.length - 1;
  if (root.token !== data.token) { // another sentence, or Python sends everybody somewhere
    const late = root.words === data.words && answersOlder(root, data.start);
    Object.assign(root, { token: data.token, words: data.words });
    if (!late) root.at = data.start;
  }
  root.at = Math.max(0, Math.min(end, root.at));
  const drawn = JSON.stringify(data.labels);
  if (root.drawn !== drawn) {
    root.drawn = drawn;
    root.querySelector(".stops").replaceChildren(...data.labels.map(stopOf));
  }
  root.querySelector(".lead").textContent = data.lead;
  root.querySelector(".stops").setAttribute("aria-label", data.label);
  paintStops(root, data);

  const walk = (to) => {
    const at = Math.max(0, Math.min(end, to));
    if (at === root.at) return;
    root.at = at;
    paintStops(root, data);
    clearTimeout(root.timer);
    root.timer = setTimeout(() => {
      if (!root.isConnected) return; // the page was left meanwhile, and its address with it
      writeParam(data.param, at === data.default ? null : String(at));
      root.told = [...(root.told ?? []), { at, when: performance.now() }];
      setStateValue("at", at);
    }, TOLD_AFTER);
  };
  root.querySelector(".prev").onclick = () => walk(root.at - 1);
  root.querySelector(".next").onclick = () => walk(root.at + 1);
  root.querySelector(".stops").onclick = (event) => {
    const stop = event.target.closest(".stop");
    if (stop) walk([...stop.parentElement.children].indexOf(stop));
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isLocked(root)) return;
    const near = { ArrowLeft: root.at - 1, ArrowRight: root.at + 1 };
    const far = { Home: 0, End: end, PageUp: root.at - 1, PageDown: root.at + 1 };
    const to = near[event.key] ?? (isOnScreen(root) ? far[event.key] : undefined); // else they scroll
    if (to === undefined) return;
    event.preventDefault();
    walk(to);
  };
  // Streamlit calls this function again on every change; the cleanup of an older call may come late.
  const run = (root.run = (root.run ?? 0) + 1);
  document.removeEventListener("keydown", root.listening);
  root.onkeydown = onKey; // first, so that a diagram on the same page leaves these keys alone
  root.listening = (event) => { if (data.everywhere && !isForSomeoneElse(event)) onKey(event); };
  document.addEventListener("keydown", root.listening);
  root.dataset.ready = "yes";
  return () => { if (run === root.run) document.removeEventListener("keydown", root.listening); };
}
