"""A page in Chromium that loads the playgrounds' scripts and models from the book's own files."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, sync_playwright

from book.layout import BOOK, BookError
from book.weights import binaries

# No such host is asked: each request is answered from the files of the book.
_SITE = "http://book.invalid/"
FOLDER = f"{_SITE}_static/playground/"


@contextmanager
def offline_page() -> Iterator[Page]:
    """Gives a page from which `import(FOLDER + "beam.js")` works; no site has to be built.

    Raises:
        BookError: If there is no Chromium.
    """
    chromium = which("chromium")
    if chromium is None:
        raise BookError("There is no Chromium here. Install it: apt-get install chromium.")
    models = {str(path): numbers for path, numbers in binaries().items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.route("**/*", lambda route: _answer(route, models))
        page.goto(f"{_SITE}index.html")
        yield page
        browser.close()


def _answer(route: Route, models: dict[str, bytes]) -> None:
    path = urlsplit(route.request.url).path.lstrip("/")
    file = BOOK / path
    if path in models:
        route.fulfill(body=models[path])
    elif file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(path)[0])
    else:
        route.fulfill(body="<!DOCTYPE html><title>offline</title>", content_type="text/html")
