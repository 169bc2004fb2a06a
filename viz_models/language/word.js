// The door for words in JavaScript: on the pages, and in files that people keep.

let spoken = {}; // English -> the reader's language

/** Take the words of the reader's language; without this call the code speaks English. */
export function speak(words) {
  spoken = words;
}

/** A text in the reader's language, with its {blanks} filled in. markup.py finds the texts by this name. */
function word(text, blanks = {}) {
  return (spoken[text] ?? text).replace(/\{(\w+)\}/g, (blank, name) => blanks[name] ?? blank);
}
