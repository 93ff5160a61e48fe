"""The HTML of each edition, made by Jupyter Book from the committed outputs; executes nothing.

The pages' sources are laid out flat under _build/<edition>/source: the frame's pages, and each
chapter's own MyST text joined with its committed outputs. A file that has not changed is not
touched, so that a second build renders only what changed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import nbformat
import yaml

from book import cards, measured, pages, paper, searching, status, weights
from book.layout import (
    BOOK,
    BUILD,
    CHAPTERS,
    ORIGINAL,
    ROOT,
    TOC,
    BookError,
    chapter_number,
    chapter_paths,
    editions,
    toc_stems,
    write_if_changed,
)
from book.notebooks import all_labels, generate, joined_chapter

HTML = BUILD / "html"
_EXTENSION = Path(__file__).with_name("extension.py")
_SECTION = re.compile(r'<section\b[^>]*\bid="([^"]+)"')
_DIRECTIVE = Path(__file__).with_name("playground.py")
_GENERATED = {
    "glossary.md": pages.glossary,
    "status.md": status.status,
    "models.md": cards.models,
    "benchmarks.md": measured.benchmarks,
}


def build_site(repository: str = "", branch: str = "") -> Path:
    """Builds all editions into _build/html and returns the file to open.

    Args:
        repository: Address of the published repository; the Colab buttons lead there.
        branch: Branch of that repository that holds the stamped notebooks.

    Raises:
        BookError: If a source is broken or Jupyter Book warns of anything.
    """
    for edition in editions():
        source = BUILD / edition / "source"
        if lay_out(edition, source):  # Sphinx keeps the pages of files that are gone
            shutil.rmtree(BUILD / edition / "_build", ignore_errors=True)
        config = BUILD / edition / "_config.yml"
        write_if_changed(config, configuration(edition, repository, branch))
        _run_jupyter_book(source, config, BUILD / edition)
        rendered = BUILD / edition / "_build" / "html"
        shutil.rmtree(HTML / edition, ignore_errors=True)
        shutil.copytree(rendered, HTML / edition)
        for path in chapter_paths(edition).values():
            notebook = path.with_suffix(".ipynb")
            write_if_changed(HTML / edition / "notebooks" / notebook.name, notebook.read_bytes())
        paper.offer(edition, HTML / edition)
        write_if_changed(HTML / edition / "index.html", _forward(f"{toc_stems()[0]}.html"))
    searching.index(HTML, BUILD / "index")
    front = {name: f"{name}/{toc_stems()[0]}.html" for name in editions()}
    others = {own["language"][:2]: front[name] for name, own in editions().items()}
    write_if_changed(HTML / "index.html", _forward(front[ORIGINAL], others))
    write_if_changed(HTML / ".nojekyll", "")
    return HTML / front[ORIGINAL]


def _forward(address: str, by_language: dict[str, str] | None = None) -> str:
    """Returns a page that leads to another: to the one in the browser's language, if there is."""
    refresh = f'<meta http-equiv="refresh" content="0; url={address}">'
    if by_language:
        choose = f"{json.dumps(by_language)}[navigator.language.slice(0, 2)] ?? {address!r}"
        refresh = f"<script>location.replace({choose})</script>\n<noscript>{refresh}</noscript>"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>The book</title>\n'
        f'{refresh}\n<p><a href="{address}">The book</a></p>\n</html>\n'
    )


def lay_out(edition: str, source: Path) -> bool:
    """Writes an edition's sources flat into one folder, and says whether any file went away."""
    wanted = {Path("_toc.yml"): _toc(edition)}
    wanted[Path("references.bib")] = (BOOK / "references.bib").read_bytes()
    labels = all_labels(edition)
    for stem, path in chapter_paths(edition).items():
        joined = joined_chapter(path)
        generate(joined, stem, labels)  # a broken reference is one sentence here, before Sphinx
        wanted[Path(f"{stem}.ipynb")] = nbformat.writes(joined, version=4)
    for page in (BOOK / edition).glob("*.md"):
        make = _GENERATED.get(page.name)
        wanted[Path(page.name)] = make(edition) if make else page.read_bytes()
    for folder in ("_static", "_templates"):
        for path in (BOOK / folder).rglob("*"):
            if path.is_file():
                wanted[path.relative_to(BOOK)] = path.read_bytes()
    wanted[Path("_static/mathjax/tex-svg.js")] = _mathjax().read_bytes()
    wanted |= weights.binaries()
    for name, content in wanted.items():
        write_if_changed(source / name, content)
    stale = [p for p in source.rglob("*") if p.is_file() and p.relative_to(source) not in wanted]
    for path in stale:
        path.unlink()
    return bool(stale)


def _toc(edition: str) -> str:
    toc = yaml.safe_load(TOC.read_text(encoding="utf-8"))
    captions = editions()[edition].get("parts", {})
    for part in toc["parts"]:
        part["caption"] = captions.get(part["caption"], part["caption"])
    return yaml.safe_dump(toc, allow_unicode=True, sort_keys=False)


def _frame_stamp() -> str:
    """Stamps what every page is made with: when it changes, all pages are written anew."""
    paths = [_EXTENSION, _DIRECTIVE, *sorted((BOOK / "_static").glob("*.*"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:8]


def _contents(edition: str) -> list[dict]:
    """Returns the sidebar's parts and their pages; a changed title writes all pages anew."""
    titles = all_labels(edition).titles
    numbers = {stem: chapter_number(stem) for stem in chapter_paths(edition)}
    toc = yaml.safe_load(_toc(edition))
    parts = [{"caption": "", "chapters": [{"file": toc["root"]}]}, *toc["parts"]]
    return [
        {
            "caption": part["caption"],
            "pages": [
                {"stem": stem, "title": titles[stem], "number": numbers.get(stem)}
                for stem in (page["file"] for page in part["chapters"])
            ],
        }
        for part in parts
    ]


def _mathjax() -> Path:
    """Finds MathJax as a package ships it: pages must not load it from another site."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise BookError("sphinx-mathjax-offline is not installed. Run `make book`.")
    return Path(spec.origin).parent / "static" / "mathjax" / "tex-svg.js"


def configuration(edition: str, repository: str, branch: str) -> str:
    """Returns the Jupyter Book configuration of an edition, derived from the one _config.yml."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    own = editions()[edition]
    config["title"] = own["title"]
    sphinx = config["sphinx"]["config"]
    sphinx["language"] = own["language"]
    sphinx["numfig_format"] = {
        kind: own["notebook"][kind].format(number="%s") for kind in ("figure", "exercise")
    }
    sphinx["section_ids"] = {} if edition == ORIGINAL else _section_ids()
    sphinx["html_context"] = {
        "strings": {**own["notebook"], **own["strings"]},
        "contents": _contents(edition),
        "other_editions": [
            {
                "folder": name,
                "language": other["language"].replace("_", "-"),
                "name": other["name"],
            }
            for name, other in editions().items()
            if name != edition
        ],
        "frame": _frame_stamp(),
        "chapters": {
            stem: _facts(stem, edition, repository, branch) for stem in chapter_paths(edition)
        },
    }
    return yaml.safe_dump(config, allow_unicode=True, sort_keys=True)


def _section_ids() -> dict[str, list[str]]:
    """Returns the ids of the sections of each page of the original, as it was built."""
    return {
        page.stem: _SECTION.findall(page.read_text(encoding="utf-8"))
        for page in sorted((HTML / ORIGINAL).glob("*.html"))
    }


def _facts(stem: str, edition: str, repository: str, branch: str) -> dict:
    """Returns what the bar under a chapter's title shows."""
    notebook = nbformat.read(CHAPTERS / ORIGINAL / f"{stem}.ipynb", as_version=4)
    facts = deepcopy(dict(notebook.metadata["seqtut"]))
    path = f"chapters/{edition}/{stem}"
    shown = {
        "run_time": editions()[edition]["strings"]["run_time"].format(
            seconds=round(facts["seconds"]) or 1, memory=f"{facts['peak_gb']:.1f}"
        ),
        "notebook": f"notebooks/{stem}.ipynb",
    }
    if repository:
        github = repository.removesuffix(".git").removeprefix("https://github.com/")
        shown["colab"] = (
            f"https://colab.research.google.com/github/{github}/blob/{branch}/{path}.ipynb"
        )
        shown["source"] = f"https://github.com/{github}/blob/{branch}/{path}.md"
    return shown


def _run_jupyter_book(source: Path, config: Path, output: Path) -> None:
    # Not the script beside Python: its first line holds the path where .venv was made.
    run = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", run, "build", str(source)]
    command += ["--config", str(config), "--toc", str(source / "_toc.yml")]
    command += ["--path-output", str(output), "-W", "-n", "--keep-going", "-q"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(_EXTENSION.parents[1]),  # Sphinx loads book.extension from there
        "PYTHONWARNINGS": "ignore",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise BookError(
            f"Jupyter Book stopped at its warnings; mend them.\n{done.stdout}{done.stderr}"
        )
