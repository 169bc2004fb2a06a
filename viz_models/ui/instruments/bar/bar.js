// Reset, Copy link, Present, and the sheet of keys. What needs Python is sent as a trigger.

export default function ({ data, parentElement, setTriggerValue }) {
  const bar = parentElement.querySelector(".bar");
  const sheet = parentElement.querySelector(".keys");
  bar.classList.toggle("presenting", data.presenting);
  bar.querySelector("[data-do=present]").textContent = data.presenting ? word("Stop presenting") : word("Present");
  sheet.querySelector(".name").textContent = data.name;
  sheet.querySelector(".about").textContent = data.about;
  fillSheet(sheet.querySelector(".all-keys"), data.keys);
  const said = new URL(window.location.href).searchParams;
  for (const name of ["lesson", "lang"]) if (data[name] && !said.has(name)) writeParam(name, data[name]);
  keepHistory();
  followLessons(bar);
  keepTexts(bar, Object.fromEntries(data.kept ?? []), setTriggerValue);
  followPointer(bar, data.presenting);
  explainTerms(bar, data.terms);

  const actions = {
    // A widget bound to the URL cannot be told its default again, so the page is opened anew.
    reset: () => window.location.assign(window.location.pathname + keptParams(data)),
    // What is wanted, not "the other way": asked twice while the page is busy, it means the same.
    present: () => setTriggerValue("present", !data.presenting),
    keys: () => (sheet.open ? sheet.close() : openSheet(bar, sheet)),
    add: () => setTriggerValue("add", viewHere()),
    copy: () => copyLink(bar),
  };
  bar.onclick = (event) => actions[event.target.dataset.do]?.();

  const onKey = (event) => {
    const escape = bar.spot ? () => endSpotlight(bar) : actions.present;
    const does = event.key === "Escape" ? endsPresenting(event, data, sheet) && escape : {
      "?": actions.keys,
      p: actions.present,
      s: data.presenting && (() => (bar.spot ? endSpotlight(bar) : spotlight(bar, meant(bar)))),
      n: () => (lessonLink("next") ?? document.querySelector(".st-key-lesson_next a"))?.click(),
      b: () => (lessonLink("before") ?? document.querySelector(".st-key-lesson_before a"))?.click(),
      // A clicker has these two keys only.
      PageDown: data.presenting && data.lesson && (() => lessonLink("next")?.click()),
      PageUp: data.presenting && data.lesson && (() => lessonLink("before")?.click()),
    }[event.key];
    if (does && (event.key === "Escape" || !isForSomeoneElse(event))) {
      event.preventDefault();
      does();
    } else if (event.key !== "Tab" && isLocked(event.composedPath()[0])) {
      event.preventDefault(); // what a mouse cannot operate, no key does
      event.stopImmediatePropagation();
    }
  };
  // Streamlit calls this function again on every change; the cleanup of an older call may come late.
  const run = (bar.run = (bar.run ?? 0) + 1);
  document.removeEventListener("keydown", bar.listening, true);
  bar.listening = onKey;
  document.addEventListener("keydown", onKey, true); // before a list that Escape closes is closed
  bar.dataset.ready = "yes"; // for whoever waits for the page, such as a test
  return () => { if (run === bar.run) document.removeEventListener("keydown", bar.listening, true); };
}

/** What Reset leaves in the address: how one looks, not what one chose. */
function keptParams(data) {
  const kept = new URLSearchParams({ ...(data.presenting && { present: "true" }), ...(data.lang && { lang: data.lang }) });
  return kept.size ? `?${kept}` : "";
}

/** Escape first closes what is open: a menu, a dialog, this sheet. A slider or a box has no use for it. */
function endsPresenting(event, data, sheet) {
  const target = event.composedPath()[0];
  const open = target.closest?.("[role=dialog], [role=menu], [aria-expanded=true]");
  return data.presenting && !sheet.open && !open;
}

function openSheet(bar, sheet) {
  const terms = termsHere(bar);
  fillSheet(sheet.querySelector(".all-terms"), terms);
  sheet.querySelector(".words").hidden = !terms.length;
  closeTip(bar.parentElement.querySelector(".tip"));
  sheet.showModal();
  sheet.scrollTop = 0; // the focus is on Close, at its end
}

function fillSheet(list, keys) {
  list.replaceChildren();
  for (const [key, meaning] of keys) {
    for (const [tag, text] of [["dt", key], ["dd", meaning]]) {
      list.appendChild(document.createElement(tag)).textContent = text;
    }
  }
}

async function copyLink(bar) {
  try {
    await navigator.clipboard.writeText(window.location.href);
    say(bar, word("Link copied"));
  } catch { // no permission, or not a secure page: let people copy it themselves
    say(bar, word("Copy it from the address bar"));
  }
}

/** Say something for a moment, to those who see and to those who listen. */
function say(bar, text) {
  const said = bar.parentElement.querySelector(".said");
  said.textContent = text;
  said.classList.add("on");
  clearTimeout(said.ending);
  said.ending = setTimeout(() => said.classList.remove("on"), 1800);
}
