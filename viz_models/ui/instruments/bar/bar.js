// Reset, Copy link, Present, and the sheet of keys. What needs Python is sent as a trigger.

export default function ({ data, parentElement, setTriggerValue }) {
  const bar = parentElement.querySelector(".bar");
  const sheet = parentElement.querySelector(".keys");
  bar.classList.toggle("presenting", data.presenting);
  bar.querySelector("[data-do=present]").textContent = data.presenting ? "Stop presenting" : "Present";
  fillSheet(sheet.querySelector("dl"), data.keys);

  const actions = {
    // A widget bound to the URL cannot be told its default again, so the page is opened anew.
    reset: () => window.location.assign(window.location.pathname + (data.presenting ? "?present=true" : "")),
    present: () => setTriggerValue("present", !data.presenting),
    keys: () => (sheet.open ? sheet.close() : sheet.showModal()),
    copy: () => copyLink(parentElement.querySelector(".said")),
  };
  bar.onclick = (event) => actions[event.target.dataset.do]?.();

  const onKey = (event) => {
    if (isForSomeoneElse(event)) return;
    const does = {
      "?": actions.keys,
      p: actions.present,
      n: () => document.querySelector(".st-key-lesson_next a")?.click(),
      b: () => document.querySelector(".st-key-lesson_before a")?.click(),
      Escape: data.presenting && !sheet.open && actions.present, // an open sheet closes itself
    }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  };
  // Streamlit calls this function again on every change; the cleanup of an older call may come late.
  const run = (bar.run = (bar.run ?? 0) + 1);
  document.removeEventListener("keydown", bar.listening);
  bar.listening = onKey;
  document.addEventListener("keydown", onKey);
  bar.dataset.ready = "yes"; // for whoever waits for the page, such as a test
  return () => { if (run === bar.run) document.removeEventListener("keydown", bar.listening); };
}

function fillSheet(list, keys) {
  list.replaceChildren();
  for (const [key, meaning] of keys) {
    for (const [tag, text] of [["dt", key], ["dd", meaning]]) {
      list.appendChild(document.createElement(tag)).textContent = text;
    }
  }
}

async function copyLink(said) {
  try {
    await navigator.clipboard.writeText(window.location.href);
    said.textContent = "Link copied";
  } catch { // no permission, or not a secure page: let people copy it themselves
    said.textContent = "Copy it from the address bar";
  }
  said.classList.add("on");
  setTimeout(() => said.classList.remove("on"), 1800);
}
