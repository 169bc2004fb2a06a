// Tells Python whether the part of the page below this element is on screen, or nearly.

const AHEAD = 60; // px below the screen that count as seen
const BEHIND = 1200; // px above it, because what is drawn stands below this element

export default function ({ data, parentElement, setStateValue }) {
  const sight = parentElement.querySelector(".sight");
  sight.style.height = data.shown ? "0" : `${data.height / 14}rem`; // no jump when it is drawn
  const root = sight.getRootNode().host?.closest("[data-testid=stMain]");
  sight.watch?.disconnect();
  const watch = (sight.watch = new IntersectionObserver(
    ([{ isIntersecting }]) => { if (isIntersecting !== data.shown) setStateValue("near", isIntersecting); },
    { root, rootMargin: `${BEHIND}px 0px ${AHEAD}px` },
  ));
  watch.observe(sight);
  sight.dataset.ready = "yes";
  return () => watch.disconnect();
}
