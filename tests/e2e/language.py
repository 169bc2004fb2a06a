"""Which words of a page would stay English in every language.

`?lang=x-pseudo` shows every translated text in odd letters between marks: "[!! Ŝčõřë !!]". What
stays in plain letters outside of the marks has been forgotten by the door for words.
"""

import re

from playwright.sync_api import Page

from viz_models.models import vocabulary
from viz_models.records.vision.scene import NAMES

# What is the same in every language: names of libraries, of networks and layers, and of what a
# network was trained on; keys of a keyboard; units; symbols.
SAME = re.compile(
    r"""(?x)
    softmax\(scores\)\s@\sV |                    # code
    \b(torch|torchvision|tanh|True|False|bool|float)\b
    | \b(cpu|cuda|seed\s\d+|Forward\sPass|arXiv|CSV|PNG|SVG|Python|PyTorch|CIFAR)\b
    | \b(scikit-learn|numpy|softmax|Adam|Nesterov|RMSProp|Fashion-MNIST|AMD\sEPYC)(?!\w)
    | \b(Inception\sv3|Fast(er)?\sR-CNN|Mask\sR-CNN)(?!\w)
    | \b(input|connect|residual|avgpool|maxpool|Stefan\svan\sder\sWalt)\b
    | \b(airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck)\b  # the demo's classes
    | \b\w*[a-z][A-Z]\w*\b | \b[A-Z]{2,}s?\b     # BatchNorm2d, ReLU, GN
    | \baligned(=True|=False)?\b  # an argument of torchvision's RoIAlign
    | \b\w+([._]\w+)+\b | \b\w*\d\w*\b           # layer1.0.relu_1, conv1
    | \b(?:cos|sin|logₖ?|exp|max|min|std|rms|mean|eps|lim|softmax|argmax)\b(?=[\s(²₂]*[(\w])
    | https?://\S+
    """
)

# What the captioners write is English: their data. A word may stand alone, with its probability.
CAPTION = re.compile(rf"((?:an?|left|of|above|<eos>|{'|'.join(NAMES)})\s?)+(, p = [\d.]+)?")

# What Streamlit itself says, in English to everybody; besides "Help for ..." and "5 more".
STREAMLITS_OWN = {
    *("Navigate to home page", "Logo", "App pages", "Link to heading", "Choose an option", "Open"),
    *("Skip to main content", "Copy to clipboard", "progress", "Help"),
    *("Sidebar", "Expand sidebar", "Collapse sidebar"),
}
# What the networks of these pages read and write: English and French in every language.
READING = {
    *("attend", "positions", "heads", "sharing", "scale", "decode", "memory", "gates"),
    *("bottleneck", "masked-words", "new-task", "bleu"),
}
TOKENS = {*vocabulary.ENGLISH, *vocabulary.FRENCH, "bos", "eos", "pad", "unk"}

# The texts of a page. What stands in one block of the page is one text; code and formulas are left
# out, and what Streamlit draws around the page.
TEXTS = r"""() => {
  const skip = `code, pre, .katex, script, style, .modebar-container, [translate=no],
    [data-testid="stMainMenu"], [data-testid="stAppDeployButton"], [data-testid="stLogo"],
    [data-testid="stFileUploaderDropzone"], [data-testid="stElementToolbar"],
    [data-testid="stStatusWidget"], [data-testid="stSliderTickBar"],
    [data-testid="stIconMaterial"]`;
  const own = /^(BUTTON|A|OPTION|text)$/; // a block, though it may stand in a line
  const found = [];
  const blockOf = (node) => {
    let at = node.parentElement;
    const inline = () => getComputedStyle(at).display.startsWith("inline") && !own.test(at.tagName);
    while (at?.parentElement && inline()) at = at.parentElement;
    return at?.closest("text") ?? at;
  };
  const look = (root) => {
    const blocks = new Map();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.shadowRoot) look(node.shadowRoot);
        if (node.closest(skip)) continue;
        for (const name of ["aria-label", "title", "placeholder", "alt"]) {
          const text = node.getAttribute?.(name);
          if (text && node.checkVisibility?.() !== false) found.push(text);
        }
        if (node.matches("input[role=combobox]")) found.push(node.value);
        continue;
      }
      const holder = node.parentElement ?? root.host;
      if (!holder || holder.closest(skip) || holder.checkVisibility?.() === false) continue;
      const block = blockOf(node) ?? holder;
      blocks.set(block, (blocks.get(block) ?? "") + node.data);
    }
    found.push(...[...blocks.values()].filter((text) => text.trim()));
  };
  look(document.body);
  return [...new Set(found)];
}"""


def forgotten(page: Page, path: str) -> list[str]:
    """The texts of an open page that were not translated, each once."""
    return plain_words(page.evaluate(TEXTS), TOKENS if path in READING else ())


def plain_words(texts, same=()):
    """The texts in which a word stands outside of the marks, in plain letters.

    Words in `same` are the same in every language.
    """
    found = []
    for text in set(texts) - STREAMLITS_OWN:
        streamlits = re.fullmatch(r"\d+ more|Help( for .*)?|\w+ icon", text)
        if streamlits or CAPTION.fullmatch(text):
            continue
        rest, before = text, None
        while rest != before:  # the inner marks first
            before, rest = rest, re.sub(r"\[!! (?:(?!\[!!).)*? !!\]", " ", rest, flags=re.DOTALL)
        left = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?", SAME.sub(" ", rest))
        if any(re.search(r"[A-Za-z]{3}", word) and word not in same for word in left):
            found.append(text)
    return found
