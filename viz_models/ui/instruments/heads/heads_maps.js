// The small maps: one a head, with its switch and its caption.

const nameOf = (part, layer, head) => `${part.key}.${layer}.${head}`;

/** A canvas with one pixel a cell; what a causal mask hides stays clear. */
function mapOf(model, p, layer, head) {
  const part = model.parts[p], { values, shape: [, many, h, w] } = model.maps[p];
  const canvas = document.createElement("canvas"), start = (layer * many + head) * h * w;
  Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  for (let k = 0; k < h * w; k++) {
    if (part.causal && k % w > Math.floor(k / w)) continue;
    image.data.set([...model.lut.subarray(3 * values[start + k], 3 * values[start + k] + 3), 255], 4 * k);
  }
  context.putImageData(image, 0, 0);
  const size = 3.1 / Math.max(h, w); // rem of a cell
  Object.assign(canvas.style, { width: `${size * w}rem`, height: `${size * h}rem` });
  return canvas;
}

/** Drawn, because few fonts have the sign. */
function powerSign() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", "0 0 12 12");
  path.setAttribute("d", "M6 1.2V5.6M3.4 2.8A4.1 4.1 0 1 0 8.6 2.8");
  svg.append(path);
  return svg;
}

function cellOf(model, p, layer, head) {
  const part = model.parts[p], name = nameOf(part, layer, head), cell = make("div", "cell");
  const map = make("button", "map"), power = make("button", "power");
  Object.assign(map, { type: "button", title: word("enlarge {title}, layer {layer}, head {head}", { title: part.title, layer, head }) });
  Object.assign(power, { type: "button", title: word("switch head {head} of layer {layer} off or on", { layer, head }) });
  map.append(mapOf(model, p, layer, head));
  power.append(powerSign());
  Object.assign(cell.dataset, { head: name });
  cell.classList.toggle("warned", part.warned[layer][head]);
  cell.append(map, power, make("div", "caption", part.captions[layer][head]));
  return cell;
}

function drawMaps(root, model) {
  root.querySelector(".maps").replaceChildren(...model.parts.map((part, p) => {
    const box = make("div", "part");
    box.style.setProperty("--heads", part.heads);
    box.append(make("h3", "", part.title));
    for (let layer = 0; layer < part.layers; layer++) {
      box.append(make("div", "layer", word("layer {layer}", { layer })));
      for (let head = 0; head < part.heads; head++) box.append(cellOf(model, p, layer, head));
    }
    return box;
  }));
}

/** What is chosen and what is off, without drawing anything anew. */
function markMaps(root) {
  for (const cell of root.querySelectorAll(".cell")) {
    const name = cell.dataset.head, off = root.off.has(name);
    cell.classList.toggle("chosen", name === root.head);
    cell.classList.toggle("off", off);
    cell.querySelector(".map").setAttribute("aria-pressed", String(name === root.head));
    cell.querySelector(".power").setAttribute("aria-pressed", String(off));
  }
  root.querySelector(".restore").hidden = !root.off.size;
}
