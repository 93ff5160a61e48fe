"""The directive `{playground}`: a still picture that becomes a model when a script may run.

Its argument names a module in book/_static/playground. Without JavaScript, and before the reader
has come near, the page shows the picture of `:image:`; book.js then calls the module, which takes
its place. All that it says comes from book/editions.yml, by way of JSON in the page.
"""

import json
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

# What a page may tell its playground to begin with.
SETTINGS = ("word", "width", "first", "model")


class Playground(nodes.General, nodes.Element):
    """The whole: its first child is the still picture, the second the caption."""


class Caption(nodes.General, nodes.Element):
    """What stands below the picture, and below what takes its place."""


class PlaygroundDirective(SphinxDirective):
    """Reads the directive."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {
        "image": directives.unchanged_required,
        "alt": directives.unchanged_required,
        **{name: directives.unchanged_required for name in SETTINGS},
    }

    def run(self) -> list[nodes.Node]:
        """Returns the playground's node."""
        settings = {name: self.options[name] for name in SETTINGS if name in self.options}
        place = Playground("", kind=self.arguments[0], settings=settings)
        place += nodes.image(uri=self.options["image"], alt=self.options["alt"])
        caption = Caption()
        self.state.nested_parse(self.content, self.content_offset, caption)
        place += caption
        self.set_source_info(place)
        return [place]


def _open(writer: HTML5Translator, node: Playground) -> None:
    words = writer.config.html_context["strings"]["playground"]
    said = json.dumps({**words["all"], **words[node["kind"]]}, ensure_ascii=False)
    data = {f"data-{name}": value for name, value in node["settings"].items()}
    data["data-playground"] = node["kind"]
    writer.body.append(writer.starttag(node, "figure", CLASS="playground", **data))
    said = said.replace("<", "\\u003c")  # nothing in it may end the script element
    writer.body.append(f'<script type="application/json">{said}</script>\n')
    writer.body.append('<div class="play-still">\n')


def _close(writer: HTML5Translator, node: Playground) -> None:
    writer.body.append("</figure>\n")


def _open_caption(writer: HTML5Translator, node: Caption) -> None:
    words = writer.config.html_context["strings"]["playground"]["all"]
    writer.body.append(f"<noscript><p>{words['script']}</p></noscript>\n")
    writer.body.append(f'<p class="play-file" hidden>{words["file"]}</p>\n</div>\n<figcaption>')


def _close_caption(writer: HTML5Translator, node: Caption) -> None:
    writer.body.append("</figcaption>\n")


def setup(app: Sphinx) -> None:
    """Adds the directive and how its nodes are written."""
    app.add_directive("playground", PlaygroundDirective)
    app.add_node(Playground, html=(_open, _close))
    app.add_node(Caption, html=(_open_caption, _close_caption))
