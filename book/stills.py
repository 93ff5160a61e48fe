"""The still pictures of the playgrounds: what a page shows where no script may run.

`python -m book.stills` lets the page's own JavaScript draw them in Chromium, from the models that
play there, and writes them to book/_static/diagrams. They are drawn dark on white, since a page
inverts its pictures in the dark.
"""

import re
import sys

from book.layout import BOOK, editions, write_if_changed
from book.offline import FOLDER, offline_page

_COLOURS = {
    "paper": "#fff",
    "raised": "#f2f2f2",
    "line": "#c8c8c8",
    "ink": "#1a1a1a",
    "quiet": "#4a4a4a",
    "accent": "#08527f",
    "wash": "#e6eff5",
    "alert": "#883700",
    "sans": "Helvetica, Arial, 'Liberation Sans', sans-serif",
    "mono": "Menlo, 'DejaVu Sans Mono', monospace",
}


def stills() -> dict[str, str]:
    """Returns each picture as SVG, by its file's name."""
    words = editions()["en"]["strings"]["playground"]
    with offline_page() as page:
        made = page.evaluate(
            "async ([folder, words]) => (await import(`${folder}stills.js`)).stills(folder, words)",
            [FOLDER, words],
        )
    return {f"{name}.svg": _standing_alone(svg) for name, svg in made.items()}


def _standing_alone(svg: str) -> str:
    """Returns a drawing with the rules of the page's style that it needs, and plain colours."""
    css = (BOOK / "_static" / "book.css").read_text(encoding="utf-8")
    rules = re.findall(r"^[^@\n{}]*\.play-[^{}]*\{[^{}]*\}", css, re.M)
    names = set(re.findall(r"play-[\w-]+", svg))
    used = [rule for rule in rules if set(re.findall(r"play-[\w-]+", rule)) <= names]
    style = " ".join(" ".join(used).split())
    style = re.sub(r"light-dark\((\S+), \S+\)", r"\1", style)
    style = re.sub(r"var\(--([\w-]+)\)", lambda m: _COLOURS.get(m[1], m[0]), style)
    return svg.replace(">", f"><style>{style}</style>", 1) + "\n"


def main() -> int:
    """Writes the pictures and says which changed."""
    for name, svg in stills().items():
        changed = write_if_changed(BOOK / "_static" / "diagrams" / name, svg)
        print(f"{name}: {'written' if changed else 'unchanged'}, {len(svg) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
