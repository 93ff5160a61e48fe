"""One server, one browser and one load of each page at each width, shared by all tests."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.visits import WIDTHS, Visit, visit

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.glob("*/*.html")
    if path.name != "index.html"  # it only leads to the front page
)
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps what is asked of one page on one worker: it is loaded once at each width."""
    for item in items:
        seen = getattr(item, "callspec", None) and item.callspec.params.get("seen")
        item.add_marker(pytest.mark.xdist_group(seen[0] if seen else item.path.name))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        pass


@pytest.fixture(scope="session")
def html() -> Path:
    if not PAGES:
        pytest.fail(f"There is no site in {HTML}. Run `make book`.", pytrace=False)
    return HTML


@pytest.fixture(scope="session")
def address(html: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = which("chromium")
    if chromium is None:
        pytest.fail(
            "The pages cannot be tested without Chromium. Install it: apt-get install chromium.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture(
    scope="session",
    params=[(page, width) for page in PAGES or ["no site"] for width in WIDTHS],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def seen(request, browser: Browser, address: str) -> Visit:
    """Returns what was seen on one page at one width, in light and in dark."""
    return visit(browser, address, *request.param)


@pytest.fixture
def open_page(browser: Browser, address: str):
    """Opens a page in a context of its own; the options are the context's."""
    contexts = []

    def opener(page_name: str, width: int = 1280, **options) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(address + page_name, wait_until="load")
        return page

    yield opener
    for context in contexts:
        context.close()
