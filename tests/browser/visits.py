"""Loads a page once and notes everything that the tests ask about, in light and in dark."""

import json
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

WIDTHS = (1280, 390)
_HEIGHTS = {1280: 900, 390: 844}
RULES = "() => axe.getRules().map((rule) => rule.ruleId)"
# Code is thousands of tokens in a few pairs of colours: blocks that bring no new pair are left
# out where only colours are looked at.
_MARK_REPEATED = """
() => {
  const pairs = new Set();
  for (const block of document.querySelectorAll("pre")) {
    const before = pairs.size;
    const paper = getComputedStyle(block).backgroundColor;
    for (const token of [block, ...block.querySelectorAll("*")]) {
      const { color, backgroundColor } = getComputedStyle(token);
      pairs.add([color, backgroundColor, paper].join());
    }
    block.toggleAttribute("data-repeated", pairs.size === before);
  }
}
"""
_FACTS = """
() => {
  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true });
  const count = (selector) => [...document.querySelectorAll(selector)].filter(shown).length;
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    search_boxes: count('input[type="search"], input[name="q"], [role="searchbox"]'),
    top_bars: count('header, [role="banner"]'),
    images: [...document.images].map((image) => ({
      source: image.getAttribute("src"), alt: image.alt, width: image.naturalWidth,
    })),
    figures: [...document.querySelectorAll("article img")].map((image) => ({
      source: image.getAttribute("src"),
      filter: getComputedStyle(image).filter,
      blend: getComputedStyle(image).mixBlendMode,
    })),
    maths: [...document.querySelectorAll(".math")].map((maths) => ({
      rendered: maths.querySelectorAll("mjx-container").length,
      broken: maths.querySelectorAll("[data-mml-node=merror]").length,
      raw: /\\\\[([]/.test(maths.innerText),
    })),
    theme: document.documentElement.dataset.theme,
    paper: getComputedStyle(document.documentElement).backgroundColor,
    language: document.documentElement.lang,
  };
}
"""


_WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => e.value)))
  .observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Visit:
    """What was seen on one page at one width."""

    page: str
    width: int
    console: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    light: dict = field(default_factory=dict)
    dark: dict = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    shift: float = 0.0  # how far things moved while the page loaded, as browsers score it


def visit(browser: Browser, address: str, page_name: str, width: int) -> Visit:
    """Loads a page, opens its folds, lets axe look, then does the same in the dark."""
    seen = Visit(page_name, width)
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHTS[width]}, color_scheme="light"
    )
    page = context.new_page()
    watch(page, address, seen)
    query = "?q=encoder" if page_name.endswith("search.html") else ""
    page.add_init_script(_WATCH_SHIFTS)
    page.goto(address + page_name + query, wait_until="load")
    loaded(page)
    seen.shift = page.evaluate("window.shifts.reduce((sum, value) => sum + value, 0)")
    settle(page)
    page.evaluate(Axe().axe_script)
    rules = page.evaluate(RULES)  # all of them, the experimental and the strictest (AAA) too
    rules.remove("color-contrast")  # color-contrast-enhanced asks for more
    coloured = ["color-contrast-enhanced", "link-in-text-block"]
    seen.light = page.evaluate(_FACTS)
    seen.violations += look(page, [rule for rule in rules if rule not in coloured], "")
    seen.violations += look(page, coloured, "light", exclude="[data-repeated]")
    page.locator("#theme").click()
    seen.dark = page.evaluate(_FACTS)
    # The theme changes colours and nothing else, so only what looks at colours looks again.
    seen.violations += look(page, coloured, "dark", exclude="[data-repeated]")
    context.close()
    return seen


def watch(page: Page, address: str, seen: Visit) -> None:
    """Notes each console message, each request that fails, and each that leaves the site."""

    def route(route) -> None:
        url = route.request.url
        if url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            seen.outside.append(url)
            route.abort()

    page.context.route("**/*", route)
    page.on("console", lambda message: seen.console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    page.on(
        "response",
        lambda answer: seen.failed.append(answer.url) if answer.status >= 400 else None,
    )


def settle(page: Page) -> None:
    """Opens every fold of a loaded page, and loads every image."""
    loaded(page)
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.evaluate("() => Promise.allSettled([...document.images].map((image) => image.decode()))")
    # Two frames: observers of sizes have had their say.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")


def loaded(page: Page) -> None:
    """Waits for maths and search results."""
    page.evaluate("() => window.MathJax?.startup?.promise")
    if page.locator("#search-results").count():
        page.wait_for_selector("#search-results li")


def look(page: Page, rules: list[str], theme: str, exclude: str = "") -> list[str]:
    """Returns what axe finds, a line each."""
    page.evaluate(_MARK_REPEATED)
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    where = json.dumps({"exclude": [exclude]}) if exclude else "document"
    found = page.evaluate(f"() => axe.run({where}, {options})")
    return [
        f"{theme} {rule['id']} ({rule['impact']}): {rule['help']}: {node['html'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"][:5]
    ]
