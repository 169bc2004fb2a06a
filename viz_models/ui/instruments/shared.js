// What every instrument needs; mounting.py puts this in front of each of them.

const TYPED = {
  "|u1": Uint8Array, "|i1": Int8Array, "<u2": Uint16Array, "<i2": Int16Array,
  "<i4": Int32Array, "<f2": Uint16Array, "<f4": Float32Array, "<f8": Float64Array,
};

/** The header and typed arrays that mounting.pack made. Arrays come as {values, shape}. */
function unpack(data) {
  const bytes = data.slice(); // a fresh buffer starts at 0, so that offsets stay aligned
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = header.arrays.map(([dtype, shape, offset]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return { shape, values: new TYPED[dtype](bytes.buffer, 4 + length + offset, count) };
  });
  return { header, arrays };
}

/** Keep an instrument's choice in the address bar without adding a step to the history. */
function writeParam(name, value) {
  const url = new URL(window.location.href);
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  if (url.href !== window.location.href) {
    window.history.replaceState(window.history.state, "", url.href);
  }
}

/** Whether a key press belongs to something else: a text field, a slider, a menu. */
function isForSomeoneElse(event) {
  const target = event.composedPath()[0];
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    || Boolean(target.closest?.(
      "input:not([type=checkbox]), textarea, select, [contenteditable], [role=slider], [role=radio], [role=tab], [role=dialog], [role=combobox], [role=menu]"));
}

/** How much larger than it is laid out an element is painted: in a spotlight more than 1. */
function enlargement(element) {
  return element.getBoundingClientRect().width / element.offsetWidth || 1;
}

/** Where on an element a pointer is, in the element's own pixels. */
function pointIn(element, event) {
  const { left, top } = element.getBoundingClientRect(), times = enlargement(element);
  return [(event.clientX - left) / times, (event.clientY - top) / times];
}

/** Whether a guided lesson locks an element until its question is answered (ui/guides/locks.py). */
function isLocked(element) {
  return element instanceof Element && getComputedStyle(element).getPropertyValue("--lesson-locked").trim() === "1";
}

/** Whether some of an element is on screen. */
function isOnScreen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

/** A number as people read it: `places` significant digits, a true minus sign. */
function digits(value, places = 4) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e5) return String(value).replace("-", "−");
  const text = size < 1e-3 || size >= 1e5 ? value.toExponential(places - 1) : value.toPrecision(places);
  return text.replaceAll("-", "−").replace("e+", "e");
}

/** An element with a class and plain text; text never becomes markup. */
function make(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

/** Tips are popovers, which no card clips; opening one twice is an error in older browsers. */
function openTip(tip) {
  if (!tip.matches(":popover-open")) tip.showPopover();
}

function closeTip(tip) {
  if (tip.matches(":popover-open")) tip.hidePopover();
}

/** Put a tip above what it explains, or below it where there is no room above. */
function placeBeside(tip, at) {
  const { width, height } = tip.getBoundingClientRect(), above = at.top - height - 6;
  tip.style.left = `${Math.max(6, Math.min(at.left, innerWidth - width - 6))}px`;
  tip.style.top = `${above < 4 ? at.bottom + 6 : above}px`;
}
