// Draws with the code of the HTML file, and tells Python which step was chosen.

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".network");
  if (root.shown !== data.drawn) { // a rerun with the same network leaves scroll and folds alone
    root.shown = data.drawn;
    drawNetwork(root, JSON.parse(data.drawn), data.start, (name) => {
      writeParam("step", name);
      setStateValue("step", name);
    });
  }
  root.dataset.ready = "yes";
}
