"""What a person does and sees, in words that tests can read. No fixtures here."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.conftest import ROOT

ARTIFACTS = ROOT / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Two of Chromium's own pages behind the address bar of every window cost a second of CPU. The
    # other two are among those that Playwright disables, which this list replaces.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,PaintHolding,HttpsUpgrades",
]
# On a deep link Streamlit first asks below the page's own path whether a server answers there.
# A download button asks whether its text is there; the next run of the page may have replaced it.
STREAMLITS_OWN_404S = re.compile(
    r"^https?://[^/]+/(.+/_stcore/(health|host-config)|media/[0-9a-f]+\.(txt|csv))$"
)
ASKED_TOO_LATE = "Client Error: Download Button source error - 404"

_IDLE = """quiet_ms => {
  const app = document.querySelector('[data-testid="stApp"]');
  const busy = !app || app.dataset.testScriptState !== "notRunning"
    || app.dataset.testConnectionState !== "CONNECTED"
    || document.querySelector('[data-testid="stSpinner"], [data-testid="stAppSkeleton"]');
  // An instrument fetches its code when its frame is there, and says when it is done.
  const instruments = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .map(host => [host, ...host.querySelectorAll("*")].find(e => e.shadowRoot)?.shadowRoot);
  const ready = root => root?.querySelector("[data-ready]");
  const loading = !instruments.length || !instruments.every(ready)
    || !instruments.some(root => root?.querySelector(".bar"));
  if (busy || loading) { window.__idleSince = null; return false; }
  window.__idleSince ??= performance.now();
  return performance.now() - window.__idleSince >= quiet_ms;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What somebody looks at the page with."""

    width: int = 1280
    height: int = 800
    scheme: str = "light"
    touch: bool = False


LAPTOP = View()
DARK = View(scheme="dark")
PROJECTOR = View(width=1920, height=1080)
PHONE = View(width=390, height=844, touch=True)


@dataclass  # without slots: Playwright hangs a wrapper on it
class Complaints:
    """What the browser's console and the page's scripts complained about."""

    lines: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Start collecting from a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.lines.append(f"uncaught: {error}"))

    def _console(self, message):
        url = message.location.get("url", "")
        own = STREAMLITS_OWN_404S.match(url) or message.text.startswith(ASKED_TOO_LATE)
        if message.type == "error" and not own:
            self.lines.append(f"{message.text} ({url})")


def wait_until_idle(page: Page, *, quiet_ms: int = 250, timeout_ms: int = 60_000) -> None:
    """Wait until no script has been running for a moment and nothing is loading."""
    page.evaluate("window.__idleSince = null")
    page.wait_for_function(_IDLE, arg=quiet_ms, timeout=timeout_ms, polling=50)


def visit(page: Page, url: str, *, timeout_ms: int = 60_000) -> None:
    """Open an address and wait until the page is finished."""
    page.goto(url, timeout=timeout_ms)
    wait_until_idle(page, timeout_ms=timeout_ms)


def reload(page: Page) -> None:
    """Press F5."""
    page.reload()
    wait_until_idle(page)


def in_the_address_bar(page: Page) -> dict[str, str]:
    """The query parameters of the URL."""
    return dict(parse_qsl(urlsplit(page.url).query))


def sideways_overflow(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    return page.evaluate(
        """() => Math.max(0, ...[document.documentElement,
          document.querySelector('[data-testid="stMain"]')]
          .filter(Boolean).map(e => e.scrollWidth - e.clientWidth))"""
    )


def barriers(page: Page) -> list[str]:
    """What keeps somebody out who cannot see well or has no mouse, as axe-core finds it.

    Streamlit's own list of pages, which a phone hides behind a button, is left out.
    """
    where = {"exclude": [['[data-testid="stSidebarNav"]']]}
    run = Axe().run(page, context=where, options={"resultTypes": ["violations"]})
    found = run.response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def red_boxes(page: Page) -> list[str]:
    """Texts of the errors that the page shows; an uncaught exception is one of them."""
    shown = page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
    return shown.all_inner_texts()


def card(page: Page, which: str | int) -> Locator:
    """A card of lines: the one with this text, or the nth of the page."""
    cards = page.get_by_test_id("ledger")
    return cards.nth(which) if isinstance(which, int) else cards.filter(has_text=which)


def value(where: Page | Locator, label: str, nth: int = 0) -> Locator:
    """The right-hand side of a line, on the page or in a card; `label` is a pattern."""
    page = where if isinstance(where, Page) else where.page
    named = page.locator("dt", has_text=re.compile(label, re.IGNORECASE))
    return where.locator(".row").filter(has=named).nth(nth).locator(".value")


def line(where: Page | Locator, label: str, nth: int = 0) -> str:
    """What `value` shows."""
    return value(where, label, nth).inner_text()


def press(page: Page, key: str, *keys: str) -> None:
    """Move the slider of a URL parameter by the keyboard."""
    for pressed in keys:
        page.locator(f".st-key-{key} input[type=range]").press(pressed)
        wait_until_idle(page)


def look(page: Page, name: str) -> Path:
    """Save a screenshot for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    path = ARTIFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def swipe(page: Page, x: float, y: float, *, by: tuple[float, float], moves: int = 12) -> None:
    """Draw a finger over the screen, from (x, y) by so many pixels."""
    touch = page.context.new_cdp_session(page)

    def tell(kind: str, share: float) -> None:
        points = [{"x": x + by[0] * share, "y": y + by[1] * share}] if kind != "touchEnd" else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    tell("touchStart", 0)
    for i in range(moves):
        tell("touchMove", (i + 1) / moves)
        page.wait_for_timeout(16)
    tell("touchEnd", 1)
    touch.detach()
