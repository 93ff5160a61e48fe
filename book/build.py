"""The book's one command: `python -m book.build html | pdf | notebooks | translations | ...`."""

import argparse
import subprocess
import sys
from pathlib import Path

from book.layout import ROOT, BookError, chapter_paths, editions


def html(options: argparse.Namespace) -> None:
    from book.site import build_site

    page = build_site(options.repository, options.branch)
    print(f"The book is built. Open {page}")


def pdf(options: argparse.Namespace) -> None:
    from book.paper import print_book
    from book.site import HTML

    for edition in editions():
        path = print_book(edition, HTML / edition)
        print(f"{edition}: {path}, {path.stat().st_size / 1e6:.1f} MB")
    html(options)  # once more, with the links to it


def notebooks(options: argparse.Namespace) -> None:
    from book.notebooks import all_labels, update

    unknown = set(options.stems) - set(chapter_paths())
    if unknown:
        raise BookError(
            f"No such chapter. Received: {', '.join(sorted(unknown))}. "
            f"The chapters are: {', '.join(chapter_paths())}."
        )
    for edition in editions():
        labels = all_labels(edition)
        for stem, path in chapter_paths(edition).items():
            if not options.stems or stem in options.stems:
                print(update(stem, path, labels, force=options.force), flush=True)


def translations(options: argparse.Namespace) -> None:
    """Brings code into all translations and says which are behind; or serves the pages named."""
    from book import following

    for name in options.pages:
        edition, _, page = name.partition("/")
        if edition not in following.translations() or page not in following.all_pages():
            raise BookError(f"No such page of a translation. Received: {name!r}. Say zh/intro.")
        if options.settle:
            following.settle(edition, page)
            print(f"{name} says what the original says")
        else:
            print(following.changes(edition, page))
    for edition in following.translations() if not options.pages else ():
        for stem in following.copy_code(edition):
            print(f"{edition}/{stem}: code copied")
        for page in following.behind(edition):
            print(f"{edition}/{page} is behind")


def publish(options: argparse.Namespace) -> None:
    from book.publish import stamp_notebooks

    for path in stamp_notebooks(options.repository, options.commit, options.folder):
        print(f"stamped {path}")


def pins(options: argparse.Namespace) -> None:
    """Chooses all versions anew and keeps the file's opening comment."""
    path = ROOT / "requirements.txt"
    head = "".join(line for line in path.read_text().splitlines(True)[:2] if line[0] == "#")
    command = ["-q", "pip", "compile", "--universal", "--python-version", "3.11", "--upgrade"]
    command += ["--no-annotate", "--no-header", "--group", "book", "--group", "test"]
    made = subprocess.run(
        [str(Path(sys.executable).with_name("uv")), *command, "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise BookError(f"No set of versions fits pyproject.toml.\n{made.stderr}")
    path.write_text(head + made.stdout)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m book.build", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="verb")
    for run, about in ((html, "build the site from the committed outputs"), (pdf, "print it")):
        verb = verbs.add_parser(run.__name__, help=about)
        verb.add_argument("--repository", default="", help="published repository's address")
        verb.add_argument("--branch", default="published", help="its branch of stamped notebooks")
        verb.set_defaults(run=run)
    verb = verbs.add_parser("notebooks", help="execute the chapters that are behind")
    verb.add_argument("stems", nargs="*", help="only these chapters")
    verb.add_argument("--force", action="store_true", help="even if nothing changed")
    verb.set_defaults(run=notebooks)
    verb = verbs.add_parser(
        "translations", help="copy code into translations and say which pages are behind"
    )
    verb.add_argument("pages", nargs="*", help="show what changed in the original of zh/PAGE")
    verb.add_argument("--settle", action="store_true", help="record that these pages follow it")
    verb.set_defaults(run=translations)
    verb = verbs.add_parser("publish", help="stamp notebooks with where they are published")
    verb.add_argument("--repository", required=True, help="published repository's address")
    verb.add_argument("--commit", required=True, help="commit that seqtut is installed from")
    verb.add_argument("--folder", type=Path, default=ROOT / "chapters", help="notebooks to stamp")
    verb.set_defaults(run=publish)
    verb = verbs.add_parser("pins", help="choose all versions in requirements.txt anew")
    verb.set_defaults(run=pins)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except BookError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
