"""A Sphinx extension: what the book's pages need besides what Jupyter Book gives them."""

import posixpath
import re
import zlib
from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import TocTree
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator

from book import playground

_NUMBERED = re.compile(r"id\d+$")  # what docutils calls a title without Latin letters
_LINK_TITLE = re.compile(r'(?<= title=")Link to this \w+(?=")')
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BOX = re.compile(r'<svg[^>]*\sviewBox="\S+ \S+ (\S+) (\S+)"')
_CSS_PIXELS = 96 / 150  # a page's pixel for each of a figure's: plotting draws 150 to the inch


class Fold(nodes.General, nodes.Element):
    """A block that opens at a click, without a script; its first child is what one clicks."""


class FoldTitle(nodes.General, nodes.TextElement):
    """The visible line of a fold."""


class ShapePage(SphinxPostTransform):
    """Gives admonitions, citations and tables the structure that style and readers' aids need."""

    default_priority = 150  # after sphinx-exercise has written its titles
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Reshapes one page."""
        for block in list(self.document.findall(nodes.Admonition)):
            _unwrap_sections(block)
            _mend_title(block, self.config.html_context["strings"])
            if "dropdown" in block["classes"]:
                _fold(block)
        for citation in self.document.findall(nodes.citation):
            citation.children = [c for c in citation.children if not isinstance(c, nodes.label)]
        for emphasis in self.document.findall(nodes.emphasis):
            _mark_han(emphasis)
        for table in list(self.document.findall(nodes.table)):
            scroller = nodes.container(classes=["scroll"])
            table.replace_self(scroller)
            scroller += table


def _mark_han(emphasis: nodes.emphasis) -> None:
    """Marks emphasised Chinese: its signs have no italics."""
    if _HAN.search(emphasis.astext()):
        emphasis["classes"].append("han")


def _unwrap_sections(block: nodes.Element) -> None:
    """Undoes sphinx-exercise's inner sections: all of a page's would have the same id."""
    for section in [child for child in block.children if isinstance(child, nodes.section)]:
        block.replace(section, section.children)


def _mend_title(block: nodes.Element, strings: dict[str, str]) -> None:
    """Takes the brackets off an exercise's title and the link out of a solution's."""
    title = block.children[0]
    if "exercise" in block["classes"] and len(title.children) > 1:
        title.children = [nodes.inline("", "", *title.children[1:-1], classes=["exercise-name"])]
    elif "solution" in block["classes"]:
        number = title.astext().partition(" (")[0].split()[-1]
        title.children = [nodes.Text(strings["solution"].format(number=number))]


def _fold(block: nodes.Element) -> None:
    title, *body = block.children
    classes = [name for name in block["classes"] if name != "dropdown"]
    fold = Fold("", classes=["fold", *classes], ids=block["ids"])
    fold += FoldTitle("", "", *title.children)
    fold += body
    block.replace_self(fold)


def _open_fold(writer: HTML5Translator, node: Fold) -> None:
    writer.body.append(writer.starttag(node, "details"))


def _close_fold(writer: HTML5Translator, node: Fold) -> None:
    writer.body.append("</details>\n")


def _open_fold_title(writer: HTML5Translator, node: FoldTitle) -> None:
    writer.body.append("<summary>")


def _close_fold_title(writer: HTML5Translator, node: FoldTitle) -> None:
    writer.body.append("</summary>\n")


def _open_hidden_code(writer: HTML5Translator, node: HideCodeCellNode) -> None:
    label = escape(writer.config.html_context["strings"]["code"])
    writer.body.append(f'<details class="fold code-fold">\n<summary>{label}</summary>\n')


def _open_citation(writer: HTML5Translator, node: nodes.citation) -> None:
    """Writes an item of a list; docutils' own roles for it are out of use."""
    place = node.parent.index(node)
    if place == 0 or not isinstance(node.parent[place - 1], nodes.citation):
        writer.body.append('<div class="citation-list" role="list">\n')
    writer.body.append(writer.starttag(node, "div", CLASS="citation", role="listitem"))


def _close_citation(writer: HTML5Translator, node: nodes.citation) -> None:
    writer.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        writer.body.append("</div>\n")


def _draw_image(writer: HTML5Translator, node: nodes.image) -> None:
    """Writes an image with its size, so that nothing moves when it has loaded."""
    source = node["uri"]
    if source in writer.builder.images:
        name = quote(writer.builder.images[source])
        node["uri"] = posixpath.join(writer.builder.imgpath, name)
    attributes = {"src": node["uri"], "alt": node.get("alt", "")}
    path = Path(writer.builder.srcdir) / source
    size = get_image_size(str(path)) or _drawn_size(path)
    if size:
        scale = _CSS_PIXELS if source.endswith(".png") else 1
        attributes |= {"width": round(size[0] * scale), "height": round(size[1] * scale)}
    writer.body.append(writer.emptytag(node, "img", "", **attributes))


def _drawn_size(path: Path) -> tuple[float, float] | None:
    """Returns the size of a drawing that states its box alone."""
    if path.suffix != ".svg" or not path.is_file():
        return None
    box = _BOX.search(path.read_text(encoding="utf-8"))
    return (float(box[1]), float(box[2])) if box else None


def _nothing(writer: HTML5Translator, node: nodes.Element) -> None:
    pass


def add_page_facts(app: Sphinx, pagename, templatename, context: dict, doctree) -> None:
    """Tells the templates what a page has: an outline, maths, exercises, an opening sentence."""
    here = context["strings"]["link_here"]  # Sphinx has no Chinese for it
    context["body"] = _LINK_TITLE.sub(escape(here), context.get("body", ""))
    context["has_maths"] = app.env.get_domain("math").has_equations(pagename)
    context["outline"], context["exercises"] = "", []
    if doctree is None:
        return
    context["exercises"] = [
        block["ids"][0]
        for block in doctree.findall(nodes.Admonition)
        if "exercise" in block["classes"]
    ]
    opening = next(iter(doctree.findall(nodes.paragraph)), None)
    context["description"] = " ".join(opening.astext().split()) if opening else ""
    lists = list(TocTree(app.env).get_toc_for(pagename, app.builder).findall(nodes.bullet_list))
    if len(lists) > 1:
        context["outline"] = app.builder.render_partial(lists[1])["fragment"]


def share_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Gives a translation's sections the original's ids: a link to one holds in every edition."""
    ids = app.config.section_ids.get(app.env.docname, [])
    found = [
        section
        for section in doctree.findall(nodes.section)
        if not isinstance(section.parent, nodes.Admonition)  # these are unwrapped
    ]
    if len(found) == len(ids):
        for section, name in zip(found, ids, strict=True):
            made = nodes.make_id(section.next_node(nodes.title).astext())  # may be empty
            labels = [i for i in section["ids"] if i not in (name, made) and not _NUMBERED.match(i)]
            section["ids"] = [name, *labels]


def leave_search_to_pagefind(app: Sphinx) -> None:
    """Keeps Sphinx from writing an index of its own."""
    app.builder.search = False


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", leave_search_to_pagefind)
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it, come what may
    app.add_config_value("section_ids", {}, "env")
    app.connect("doctree-read", share_anchors, priority=100)  # before the contents are collected
    app.add_node(Fold, html=(_open_fold, _close_fold))
    app.add_node(FoldTitle, html=(_open_fold_title, _close_fold_title))
    app.add_node(HideCodeCellNode, override=True, html=(_open_hidden_code, _close_fold))
    app.add_node(nodes.citation, override=True, html=(_open_citation, _close_citation))
    app.add_node(nodes.image, override=True, html=(_draw_image, _nothing))
    app.add_post_transform(ShapePage)
    playground.setup(app)
    app.connect("html-page-context", add_page_facts)
    version = zlib.crc32(Path(__file__).read_bytes())  # a changed reader reads all pages anew
    return {"env_version": version, "parallel_read_safe": True, "parallel_write_safe": True}
