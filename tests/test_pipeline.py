"""The frame's own code, over a small book that is made up here, in a folder of its own."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from book import (
    build,
    citations,
    execute,
    following,
    layout,
    notebooks,
    pages,
    paper,
    plain,
    publish,
    sections,
    site,
    stamps,
    status,
    translation,
    weights,
)
from book.layout import BookError

REPOSITORY = layout.ROOT
FRONT = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""
FIRST = r"""
(ch-first)=
# The first chapter

It promises {term}`code`, after {cite:t}`ada2001` and others {cite:p}`ada2001,trio2002`.

```{code-cell} ipython3
:tags: [hide-input, setup]

SETUP
```

(sec-middle)=
## The middle

% unnumbered: nothing to compute
```{math}
a \ne b
```

```{math}
:label: eq-sum
s = a + b
```

```{figure} /_static/diagrams/box.svg
:name: fig-box
:alt: A square box, drawn in black
A box for {eq}`eq-sum`.
```

```{code-cell} ipython3
---
mystnb:
  image:
    alt: A line that climbs from left to right
  figure:
    caption: A line, by {cite:t}`ada2001`.
    name: fig-line
tags: [hide-input]
---
import seqtut.plotting
```

```{playground} digits
:image: /_static/diagrams/box.svg
:alt: A square box, drawn in black
:model: one
Drag, says {cite:t}`ada2001`.
```

See {numref}`fig-box`, {numref}`picture {number} <fig-line>`, {ref}`sec-middle`,
{ref}`here <sec-middle>`, {doc}`02_second`, {doc}`next <02_second>`, {doc}`notation` and
{eq}`eq-far`. It is {glue:text}`v`.

```python
# {not}`a role`
(label)=
% kept
```

::::{note}
Outer.

:::{tip}
Inner.
:::
::::

:::{exercise} Add up
:label: ex-first-1
Add.
:::

```{code-cell} ipython3
:tags: [exercise, nbval-check-output]

print(0)
```

:::{admonition} Hint
:class: dropdown
Count.
:::

:::{solution-start} ex-first-1
:class: dropdown
:::

So:

```{code-cell} ipython3
:tags: [solution, nbval-check-output]

print(1)
```

:::{solution-end}
:::

The end of {ref}`ex-first-1`.
""".replace("SETUP", publish.SETUP_CELL)
SECOND = r"""
(ch-second)=
# The second chapter

```{math}
:label: eq-far
d = 1
```

```{code-cell} ipython3
:tags: [hide-input, setup]

SETUP
```

```{code-cell} ipython3
print("hello")
```
""".replace("SETUP", publish.SETUP_CELL)
# A picture of one pixel.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
FILES = {
    "requirements.txt": "numpy==2\n",
    "_config.yml": (REPOSITORY / "_config.yml").read_text(encoding="utf-8"),
    "book/_toc.yml": """\
format: jb-book
root: intro
defaults:
  numbered: 1
parts:
  - caption: Background
    chapters:
      - file: 01_first
      - file: 02_second
  - caption: Reference
    numbered: false
    chapters:
      - file: notation
      - file: glossary
      - file: status
      - file: references
""",
    "book/editions.yml": (REPOSITORY / "book/editions.yml").read_text(encoding="utf-8"),
    "book/references.bib": """\
@book{ada2001, author={Ada, A.}, title={One}, publisher={Press}, year={2001}}
@article{trio2002, author={Uno, U. and Due, D. and Tre, T.}, title={Three}, journal={Letters},
  year={2002}, doi={10.1/xyz}}
""",
    "book/glossary.yml": """\
- {id: mask, en: mask, zh: 掩码, en_definition: What is kept., zh_definition: 保留什么。}
- {id: code, en: code, zh: 编码, en_definition: What is passed on., zh_definition: 传下去的东西。}
""",
    "book/_static/diagrams/box.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "book/en/intro.md": "# Welcome\n\nRead on.\n",
    "book/en/notation.md": "# Signs\n\nThere are few.\n",
    "book/en/glossary.md": "# Glossary\n",
    "book/en/status.md": "# Status\n\n{versions}\n\n{chapters}\n\n{cards}\n\n{allocator}\n",
    "book/benchmarks.json": json.dumps(
        {
            "allocator": {
                setting: {
                    "examples_per_second": [1500.4, 1400.2, 1600.9],
                    "page_faults": [faults, 1, 99999],
                    "system_seconds": [0.25, 0.1, 0.34],
                    "multiply_gflops": [200.1, 199.6, 201.2],
                }
                for setting, faults in (("off", 12345), ("on", 67))
            }
        }
    ),
    "book/en/references.md": "# References\n\n```{bibliography}\n```\n",
    "chapters/en/01_first.md": FRONT + FIRST,
    "chapters/en/02_second.md": FRONT + SECOND,
    "seqtut/__init__.py": "",
    "seqtut/data/manifest.txt": "digits\n",
    "seqtut/plotting.py": "def draw():\n    from seqtut.metrics import mean\n    return mean()\n",
    "seqtut/metrics.py": "from seqtut.equations import total\n",
    "seqtut/equations/__init__.py": "from seqtut.equations.sums import total\n",
    "seqtut/equations/sums.py": "total = 1\n",
    "seqtut/layers.py": "",
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A whole small book in tmp_path; book/*.py take it for their own."""
    write(tmp_path, FILES)
    places = {
        "ROOT": tmp_path,
        "BOOK": tmp_path / "book",
        "CHAPTERS": tmp_path / "chapters",
        "BUILD": tmp_path / "_build",
        "HTML": tmp_path / "_build" / "html",
        "TOC": tmp_path / "book" / "_toc.yml",
    }
    modules = (build, citations, layout, notebooks, pages, paper, plain, site, stamps, status)
    modules += (weights, following, sections, translation)
    for module in modules:
        for name in places.keys() & vars(module).keys():
            monkeypatch.setattr(module, name, places[name])
    monkeypatch.setattr(notebooks, "execute", pretend_to_execute)
    cached = (layout.editions, layout.toc_stems, citations.bibliography, sections.terms)
    for function in cached:
        function.cache_clear()
    yield tmp_path
    for function in cached:
        function.cache_clear()


def pretend_to_execute(text, stem):
    """What `execute` returns, without a kernel: cells print their number, draw and glue `v`."""
    executed = nbformat.from_dict(json.loads(json.dumps(text)))
    prefix = "application/papermill.record/"
    for count, cell in enumerate(stamps.code_cells(executed), start=1):
        cell.execution_count = count
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{count}\n")]
        if "plotting" in cell.source:
            image = nbformat.v4.new_output("display_data", data={"image/png": DOT})
            glued = nbformat.v4.new_output(
                "display_data",
                data={prefix + "text/plain": "'3.14'"},
                metadata={"scrapbook": {"name": "v", "mime_prefix": prefix}},
            )
            cell.outputs = [image, glued]
    executed.metadata["seqtut"] = {
        "outputs": stamps.outputs_stamp(executed),
        "inputs": stamps.inputs_stamp(text),
        "seconds": 1.0,
        "peak_gb": 0.1,
    }
    return executed


@pytest.fixture
def chapter(tree):
    """The first chapter's path, with all notebooks made."""
    build_notebooks()
    return tree / "chapters/en/01_first.md"


def build_notebooks(*arguments: str) -> int:
    return build.main(["notebooks", *arguments])


def text_notebook(*sources: str):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_notebook(path: Path, change) -> None:
    notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    change(stamps.code_cells(notebook))
    path.with_suffix(".ipynb").write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def markdown_of(path: Path) -> str:
    notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def reason(path: Path) -> str | None:
    return notebooks.why_behind(notebooks.read_text(path), notebooks.read_committed(path))


# --- What is behind, and why


def test_a_chapter_without_a_notebook_is_behind(tree):
    assert reason(tree / "chapters/en/01_first.md") == "it has no notebook yet"


def test_a_chapter_just_executed_is_not_behind(chapter):
    assert reason(chapter) is None


def test_new_code_makes_a_chapter_behind_and_new_prose_does_not(chapter):
    edit(chapter, "The end", "The very end")
    assert reason(chapter) is None
    edit(chapter, "print(0)", "print(00)")
    assert reason(chapter) == "its code changed"


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[1].outputs.pop(),
        lambda cells: cells[2].update(outputs=[]),
        lambda cells: cells[2].outputs[0].update(text="4\n"),
        lambda cells: cells[2].update(execution_count=None),
        lambda cells: cells[1].outputs.append(cells[1].outputs[0]),
    ],
    ids=["dropped", "emptied", "altered", "count lost", "added"],
)
def test_outputs_that_were_touched_make_a_chapter_behind_and_unfit_to_show(chapter, change):
    edit_notebook(chapter, change)
    assert reason(chapter) == "its committed outputs were altered"
    with pytest.raises(BookError, match=r"01_first\.ipynb were altered or lost.*make notebooks"):
        notebooks.joined_chapter(chapter)


@pytest.mark.parametrize(
    "name",
    [
        "seqtut/plotting.py",
        "seqtut/metrics.py",
        "seqtut/equations/__init__.py",
        "seqtut/equations/sums.py",
        "seqtut/__init__.py",
        "seqtut/data/manifest.txt",
        "requirements.txt",
    ],
)
def test_what_a_chapter_is_run_with_makes_it_behind(chapter, name):
    (chapter.parents[2] / name).write_text("other = 2\n")
    assert reason(chapter) == (
        "the part of seqtut it imports, the data manifest or the pins changed"
    )


def test_a_module_that_no_cell_imports_makes_nothing_behind(chapter):
    (chapter.parents[2] / "seqtut/layers.py").write_text("other = 2\n")
    assert reason(chapter) is None


def test_all_that_is_imported_through_one_another_counts_as_run_with(chapter):
    files = stamps.seqtut_files(notebooks.read_text(chapter))
    assert [path.relative_to(chapter.parents[2]).as_posix() for path in files] == [
        "seqtut/__init__.py",
        "seqtut/equations/__init__.py",
        "seqtut/equations/sums.py",
        "seqtut/metrics.py",
        "seqtut/plotting.py",
    ]


def test_importing_a_module_runs_the_packages_that_it_is_in(tree):
    notebook = text_notebook("from seqtut.equations.sums import total")
    files = {path.relative_to(tree / "seqtut").as_posix() for path in stamps.seqtut_files(notebook)}
    assert files == {"__init__.py", "equations/__init__.py", "equations/sums.py"}


def test_magics_and_lines_that_begin_with_a_percent_sign_are_read_as_the_kernel_reads_them(tree):
    source = '%matplotlib inline\nname = ("a %s"\n    % "b")\n!ls\nfrom seqtut import layers\n'
    assert tree / "seqtut/layers.py" in stamps.seqtut_files(text_notebook(source))


def test_only_chapters_that_are_behind_are_executed_and_the_reason_is_printed(chapter, capsys):
    capsys.readouterr()
    edit(chapter, "print(1)", "print(2)")
    assert build_notebooks() == 0
    assert capsys.readouterr().out.splitlines() == [
        "01_first: executing, since its code changed ...",
        "01_first: executed in 1.0 s, 0.1 GB",
        "02_second: up to date, nothing executed",
    ]


def test_new_prose_is_written_into_the_notebook_without_an_execution(chapter, capsys):
    edit(chapter, "The end", "The very end")
    build_notebooks()
    assert "01_first: prose written, nothing executed" in capsys.readouterr().out
    assert "The very end" in markdown_of(chapter)


def test_force_executes_a_named_chapter_that_is_not_behind(chapter, capsys):
    capsys.readouterr()
    build_notebooks("--force", "02_second")
    assert capsys.readouterr().out.splitlines() == [
        "02_second: executing, since asked to ...",
        "02_second: executed in 1.0 s, 0.1 GB",
    ]


def test_a_chapter_that_is_not_there_is_named_in_one_sentence(chapter, capsys):
    assert build_notebooks("09_none") == 2
    assert capsys.readouterr().err.startswith("No such chapter. Received: 09_none.")


@pytest.mark.parametrize("name", ["02_second", "03_third"])
def test_a_table_of_contents_that_disagrees_with_the_folder_is_an_error(chapter, name):
    edit(chapter.parents[2] / "book/_toc.yml", "file: 02_second", f"file: {name}")
    if name == "02_second":
        (chapter.parent / "02_second.md").unlink()
    layout.toc_stems.cache_clear()
    with pytest.raises(BookError, match=r"disagree\. Received: .*02_second.*make notebooks"):
        layout.chapter_paths()


def test_a_notebook_that_was_edited_by_hand_is_not_what_is_generated(chapter):
    labels = notebooks.all_labels()
    generated = notebooks.generate(notebooks.joined_chapter(chapter), "01_first", labels)
    assert chapter.with_suffix(".ipynb").read_text(encoding="utf-8") == generated
    edit(chapter.with_suffix(".ipynb"), "Inner.", "Changed.")
    assert chapter.with_suffix(".ipynb").read_text(encoding="utf-8") != generated


# --- Plain Markdown


@pytest.mark.parametrize(
    "expected",
    [
        "# The first chapter\n\nIt promises code, after Ada (2001) and others (Ada, 2001; "
        "[Uno et al., 2002](https://doi.org/10.1/xyz)).",
        "## The middle\n\n$$\na \\ne b\n$$\n\n$$\ns = a + b\\tag{1.1}\n$$",
        "![A square box, drawn in black](data:image/svg+xml;base64,PHN2",
        "*Figure 1.1.* A box for (1.1).",
        "*Figure 1.2.* A line, by Ada (2001).",
        "*On this chapter's page in the book a model plays here.* Drag, says Ada (2001).",
        "See Figure 1.1, picture 1.2, The middle,\nhere, [The second chapter](02_second.ipynb), "
        "[next](02_second.ipynb), Signs and\n[(2.1)](02_second.ipynb). It is 3.14.",
        "```python\n# {not}`a role`\n(label)=\n% kept\n```",
        "> **Note.**\n>\n> Outer.\n>\n> > **Tip.**\n> >\n> > Inner.",
        "**Exercise 1.1: Add up**\n\nAdd.",
        "> **Hint.**\n>\n> Count.",
        "**Solution to exercise 1.1**\n\nSo:",
        "The end of Exercise 1.1.",
    ],
    ids=lambda text: text[:20],
)
def test_each_construct_has_a_plain_form(chapter, expected):
    assert expected in markdown_of(chapter)


def test_nothing_of_myst_is_left_outside_code(chapter):
    text = re.sub(r"```python.*?```", "", markdown_of(chapter), flags=re.DOTALL)
    assert not re.search(r"\{[\w:-]+\}`|:::|^\([\w-]+\)=|unnumbered", text, re.MULTILINE)


def test_captions_stand_below_their_cells_and_tags_are_the_only_metadata_kept(chapter):
    cells = notebooks.read_committed(chapter).cells
    drawn = next(i for i, cell in enumerate(cells) if "seqtut.plotting" in cell.source)
    assert cells[drawn].metadata == {"tags": ["hide-input"]}
    assert cells[drawn + 1].source.startswith("*Figure 1.2.*")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (":::{tip}", ":::{seealso}", "a directive that notebooks do not know. Received: 'seealso'"),
        ("{term}`code`", "{abbr}`code`", "a role that notebooks do not know. Received: 'abbr'"),
        ("{ref}`sec-middle`", "{ref}`sec-off`", "leads nowhere. Received: 'sec-off'"),
        ("{doc}`notation`", "{doc}`nothing`", "no such page. Received: 'nothing'"),
        ("{cite:t}`ada2001`", "{cite:t}`eve2001`", "has no entry 'eve2001'"),
        ("{glue:text}`v`", "{glue:text}`w`", "no cell publishes 'w'"),
        ("\n::::\n", "\n:::\n", "a fence is never closed. Received: '::::{note}'"),
        (":label: ex-first-1\n", "", "lacks its :label:"),
        (":name: fig-box\n", "", "lacks its :name:"),
        (":alt: A square box, drawn in black\n", "", "lacks its :alt:"),
        ("diagrams/box.svg", "diagrams/none.svg", "needs a drawing in book/_static/diagrams"),
        ("    name: fig-line\n", "", "needs a name and a caption"),
        (":label: eq-sum", ":label: eq-far", "a label is taken, by 01_first. Received: 'eq-far'"),
    ],
)
def test_a_broken_chapter_is_reported_in_one_sentence(chapter, capsys, old, new, message):
    capsys.readouterr()
    edit(chapter, old, new)
    assert build_notebooks() == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_labels_inside_other_directives_are_found(tree):
    path = tree / "chapters/en/02_second.md"
    nested = "# Two\n\n:::{note}\n```{math}\n:label: eq-in\nx\n```\n:::\n"
    edit(path, "# The second chapter\n", nested + "\nSee {eq}`eq-in`, {eq}`eq-far`.\n")
    build_notebooks()
    assert "> x\\tag{2.1}" in markdown_of(path)
    assert "See (2.1), (2.2)." in markdown_of(path)


# --- Files


def test_an_equal_file_is_left_alone_and_another_is_replaced_whole(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "page"
    assert layout.write_if_changed(path, "one")
    before = path.stat().st_mtime_ns
    assert not layout.write_if_changed(path, b"one")
    assert path.stat().st_mtime_ns == before

    def fail(self, data):
        raise OSError("no space")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="no space"):
        layout.write_if_changed(path, "two")
    assert path.read_text() == "one"


def test_the_glossary_is_sorted_and_each_edition_has_its_own(tree):
    assert pages.glossary("en").endswith(
        "```{glossary}\ncode\n  What is passed on.\n\nmask\n  What is kept.\n```\n"
    )


def test_a_glossary_entry_without_a_definition_is_named(tree):
    edit(tree / "book/glossary.yml", "en_definition: What is kept., ", "")
    with pytest.raises(BookError, match="'mask' lacks 'en_definition'"):
        pages.glossary("en")


def test_the_status_page_tells_versions_and_each_chapter_s_measures(chapter, tree):
    write(tree, {"requirements.txt": "# All\nkeras==3.15.1\nsix==1.17.0 ; python_version < '4'\n"})
    rows = status.status("en").strip().splitlines()
    assert "| keras | 3.15.1 |" in rows and not [row for row in rows if "| six" in row]
    [row] = [row for row in rows if "The first chapter" in row]
    assert row.startswith("| {doc}`The first chapter <01_first>` | 1.0 | 0.10 | 4 | ")
    printing, compared = map(int, row.strip("| ").split(" | ")[-2:])
    assert 4 >= printing >= compared > 0
    assert rows[-6:] == [
        "| Measured | without | with |",
        "| --- | ---: | ---: |",
        "| Examples a second | 1,500 (1,400–1,601) | 1,500 (1,400–1,601) |",
        "| Page faults | 12,345 (1–99,999) | 67 (1–99,999) |",
        "| Seconds in the kernel | 0.2 (0.1–0.3) | 0.2 (0.1–0.3) |",
        "| Matrix multiply (GFLOP/s) | 200 (200–201) | 200 (200–201) |",
    ]


def test_the_status_page_tells_what_each_run_card_states(chapter, tree):
    rate = {"value": 0.2705, "low": 0.2621, "high": 0.2789}
    card = {"name": "m", "weights": 1234, "seconds": 120, "test": {"greedy": {"n": 3, "wer": rate}}}
    write(tree, {"requirements.txt": "", "seqtut/pretrained/m.json": json.dumps(card)})
    assert "| `m` | 1,234 | 2 | greedy wer 0.2705 (0.2621–0.2789) |" in status.status("en")
    write(tree, {"seqtut/pretrained/m.json": "{}"})
    with pytest.raises(BookError, match="m.json is no run card"):
        status.status("en")


def test_a_page_that_is_missing_is_named_in_a_sentence(tree):
    edit(tree / "book/_toc.yml", "- file: glossary", "- file: glosary")
    layout.toc_stems.cache_clear()
    with pytest.raises(BookError, match="lists a page that is not there. Received: 'glosary'"):
        notebooks.all_labels()


def test_a_chapter_listed_twice_is_named_in_a_sentence(tree):
    edit(tree / "book/_toc.yml", "- file: glossary", "- file: 01_first")
    layout.toc_stems.cache_clear()
    with pytest.raises(BookError, match="lists a page twice. Received: 01_first"):
        layout.chapter_paths()


def test_a_table_of_contents_that_is_no_yaml_is_one_sentence(tree):
    (tree / "book/_toc.yml").write_text("root: [\n")
    layout.toc_stems.cache_clear()
    with pytest.raises(BookError, match="is no table of contents"):
        layout.chapter_paths()


def test_a_damaged_notebook_is_one_sentence(chapter):
    path = next(iter(layout.chapter_paths().values()))
    path.with_suffix(".ipynb").write_text("<<<<<<< HEAD")
    with pytest.raises(BookError, match="cannot be read as a notebook. Delete it"):
        notebooks.joined_chapter(path)


# --- Publishing

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ADDRESS = "https://code.example/owner/name"


def setup_cell(path: Path) -> str:
    return stamps.code_cells(notebooks.read_committed(path))[0].source


def test_publishing_nothing_is_an_error(tree, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    options = ["--repository", ADDRESS, "--commit", COMMIT, "--folder", str(tmp_path / "empty")]
    assert build.main(["publish", *options]) == 2
    assert "no notebook to stamp" in capsys.readouterr().err


def test_publishing_writes_address_and_commit_into_each_setup_cell(chapter):
    assert build.main(["publish", "--repository", ADDRESS, "--commit", COMMIT]) == 0
    for path in layout.chapter_paths().values():
        first, rest = setup_cell(path).split("\n", 1)
        assert first.startswith(f'SEQTUT = "git+{ADDRESS}@{COMMIT}"  # ')
        assert rest == publish.SETUP_CELL.split("\n", 1)[1]
        assert stamps.outputs_intact(notebooks.read_committed(path))


@pytest.mark.parametrize(
    ("repository", "commit", "message"),
    [
        (ADDRESS, COMMIT[:7], "A commit id has 40 hexadecimal digits. Received: '0123456'"),
        (ADDRESS, "main", "A commit id has 40 hexadecimal digits"),
        ("owner/name", COMMIT, "must be an address git can clone. Received: 'owner/name'"),
        ('https://x/"; import os #', COMMIT, "must be an address git can clone"),
    ],
)
def test_publishing_to_no_place_or_from_no_commit_is_refused(
    chapter, capsys, repository, commit, message
):
    before = chapter.with_suffix(".ipynb").read_bytes()
    assert build.main(["publish", "--repository", repository, "--commit", commit]) == 2
    assert message in capsys.readouterr().err
    assert chapter.with_suffix(".ipynb").read_bytes() == before


def test_publishing_stamps_no_notebook_if_one_has_no_place_for_the_address(chapter):
    edit_notebook(chapter.with_name("02_second.md"), lambda cells: cells[0].update(source="x = 1"))
    before = chapter.with_suffix(".ipynb").read_bytes()
    with pytest.raises(BookError, match=r"02_second\.ipynb: .* not the setup cell.*'x = 1'"):
        publish.stamp_notebooks(ADDRESS, COMMIT, chapter.parent)
    assert chapter.with_suffix(".ipynb").read_bytes() == before


# --- Executing


def test_a_chapter_is_executed_in_one_fresh_kernel_and_measured():
    sources = ["import os, sys\nx = 1\nprint(x, flush=True)\nprint(os.listdir())", "x + 1"]
    executed = execute.execute(text_notebook(*sources), "01_first")
    one, two = executed.cells
    assert [(output.name, output.text) for output in one.outputs] == [("stdout", "1\n[]\n")]
    assert two.outputs[0].data["text/plain"] == "2"
    assert [one.execution_count, two.execution_count] == [1, 2]
    assert stamps.outputs_intact(executed)
    assert 0 < executed.metadata.seqtut.seconds < 600
    assert 0.01 < executed.metadata.seqtut.peak_gb < 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "01_first: a cell failed.(?s:.*)ZeroDivisionError"),
        ("import sys\nprint('noise', file=sys.stderr)", "wrote to standard error: noise"),
    ],
)
def test_a_cell_that_fails_or_writes_to_standard_error_stops_the_execution(source, message):
    with pytest.raises(BookError, match=message):
        execute.execute(text_notebook(source), "01_first")


def test_nbval_finds_what_changed_and_the_last_lines_say_what_to_run(tmp_path):
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    notebook = execute.execute(text_notebook("print('one')", "print('two')"), "01_first")
    for cell in notebook.cells:
        cell.metadata["tags"] = ["nbval-check-output"]
    nbformat.write(notebook, tmp_path / "same.ipynb")
    notebook.cells[1].outputs[0].text = "three\n"
    nbformat.write(notebook, tmp_path / "other.ipynb")
    notebook.cells[0].source = "print(one)"
    nbformat.write(notebook, tmp_path / "failing.ipynb")

    run = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-kernel-name", "python3"]
    run += ["-n", "2", "--dist", "loadfile", "."]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    lines = [re.sub(r"\x1b\[\d*m", "", line) for line in done.stdout.splitlines()]
    assert "3 failed, 3 passed" in lines[-1]
    assert lines[-3:-1] == [
        "A cell of failing.ipynb failed: see the first one above. Mend it, then run "
        "`make notebooks`.",
        "Outputs of other.ipynb differ from what was committed. If the change is meant, run "
        "`make notebooks` and commit the notebooks.",
    ]


# --- Another language


def translate(root: Path) -> None:
    """Adds a Chinese edition: other prose, captions and frame, the same code."""
    for path in sorted((root / "chapters/en").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for english, chinese in {
            "# The first chapter": "# 第一章",
            "# The second chapter": "# 第二章",
            "caption: A line, by": "caption: 一条线，据",
            "alt: A line that climbs from left to right": "alt: 从左到右上升的一条线",
            "A box for": "方框，见",
            "{term}`code`": "{term}`编码`",
            ":::{exercise} Add up": ":::{exercise} 相加",
        }.items():
            text = text.replace(english, chinese)
        write(root, {f"chapters/zh/{path.name}": text})
    write(
        root,
        {
            "book/zh/intro.md": "# 欢迎\n\n请读。\n",
            "book/zh/notation.md": "# 记号\n\n很少。\n",
            "book/zh/glossary.md": "# 术语\n",
            "book/zh/status.md": "# 状态\n\n{versions}\n\n{chapters}\n\n{cards}\n\n{allocator}\n",
            "book/zh/references.md": "# 参考文献\n\n```{bibliography}\n```\n",
            "README.md": "# The book\n\n[中文](README.zh.md)\n",
            "README.zh.md": "# 本书\n\n[English](README.md)\n",
        },
    )


@pytest.fixture
def translated(chapter):
    """The Chinese text of the first chapter, in a book of two editions."""
    translate(chapter.parents[2])
    layout.editions.cache_clear()
    return chapter.parents[1] / "zh" / chapter.name


def test_a_translation_takes_the_outputs_of_the_original_and_executes_nothing(
    translated, monkeypatch, capsys
):
    monkeypatch.setattr(notebooks, "execute", None)
    assert build_notebooks() == 0
    assert "01_first: zh written" in capsys.readouterr().out
    original = notebooks.read_committed(translated.parents[1] / "en" / translated.name)
    made = notebooks.read_committed(translated)
    assert stamps.same_code(made, original)
    assert stamps.outputs_stamp(made) == stamps.outputs_stamp(original)
    assert made.metadata.seqtut == original.metadata.seqtut
    text = markdown_of(translated)
    assert "*图 1.1.* 方框，见 (1.1)." in text
    assert "*图 1.2.* 一条线，据 Ada (2001)." in text
    assert "**练习 1.1: 相加**" in text
    assert "[第二章](02_second.ipynb)" in text
    assert "记号" in text
    build_notebooks()
    assert "01_first: zh up to date" in capsys.readouterr().out


def test_a_translation_whose_code_differs_is_refused(translated):
    edit(translated, "print(0)", "print(5)")
    with pytest.raises(BookError, match=r"zh/01_first\.md is not that of .*Copy the code cells"):
        notebooks.joined_chapter(translated)


def test_the_sources_of_a_translation_are_its_own_text_over_the_same_outputs(translated, tree):
    build_notebooks()
    source = tree / "_build/zh/source"
    assert site.lay_out("zh", source) is False
    joined = nbformat.read(source / "01_first.ipynb", as_version=4)
    assert joined.cells[0].source.startswith("(ch-first)=\n# 第一章")
    assert stamps.outputs_intact(joined)
    drawn = next(cell for cell in joined.cells if "mystnb" in cell.metadata)
    assert drawn.metadata.mystnb.figure.caption.startswith("一条线")
    assert "编码\n  传下去的东西。" in (source / "glossary.md").read_text(encoding="utf-8")
    assert "caption: 背景" in (source / "_toc.yml").read_text(encoding="utf-8")
    configuration = yaml.safe_load(site.configuration("zh", ADDRESS, "published"))
    assert configuration["sphinx"]["config"]["language"] == "zh_CN"


def test_the_pages_of_both_editions_are_built_without_a_warning_and_number_as_the_notebooks_do(
    translated, tree
):
    for folder in ("_static", "_templates"):
        kept = layout.BOOK / folder
        shutil.copytree(REPOSITORY / "book" / folder, kept, dirs_exist_ok=True)
    for model in (layout.BOOK / weights.FOLDER).glob(
        "*.json"
    ):  # their numbers come from the package
        stored = f"seqtut/pretrained/{model.stem}.safetensors"
        (tree / stored).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / stored, tree / stored)
    build_notebooks()
    page = site.build_site(ADDRESS, "published")
    assert page == tree / "_build/html/en/intro.html"
    for edition, figure in (("en", "Figure "), ("zh", "图 ")):
        html = (tree / "_build/html" / edition / "01_first.html").read_text(encoding="utf-8")
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
        shown = set(re.findall(rf"{figure}(\d+\.\d+)", text))
        assert shown == {"1.1", "1.2"}
        assert set(re.findall(r"\((\d+\.\d+)\)", text)) == {"1.1", "2.1"}
        assert "1.1" in re.findall(r"(?:Exercise|练习)\s*(\d+\.\d+)", text)
        assert (tree / "_build/html" / edition / "notebooks/01_first.ipynb").is_file()


def test_a_translation_that_has_everything_differs_in_nothing(translated):
    assert {page: translation.differences("zh", page) for page in sections.all_pages()} == {
        page: [] for page in ("intro", "01_first", "02_second", *FRAME, "README")
    }


FRAME = ("notation", "glossary", "status", "references")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("s = a + b", "s = a - b", "lacks: formula 's = a \\+ b'"),
        ("{cite:t}`ada2001` and", "Ada and", "lacks: {cite:t} 'ada2001'"),
        ("{term}`编码`", "{term}`掩码`", "lacks: {term} 'code'"),
        ("{eq}`eq-far`", "{eq}`eq-sum`", "lacks: {eq} 'eq-far'"),
        ("tags: [hide-input]", "tags: []", "lacks: tags 'hide-input'"),
        ("print(0)", "print(5)", "lacks: code cell 'print\\(0\\)'"),
        (":::{tip}\nInner.\n:::\n", "", "lacks: tip"),
        ("## The middle", "### The middle", "the headings differ in level. Received: \\[3, 2\\]"),
        ("display_name: Python 3", "display_name: Python 4", "the front matter differs"),
        ("The end of", "## 完\n\nThe end of", "the headings differ in level"),
        ("It is {glue:text}", "It is 7, {glue:text}", None),
        (":alt: A square box, drawn in black\nA box", ":alt: 黑色方框\n方框", None),
    ],
)
def test_what_a_translation_lacks_is_told_with_its_section(translated, old, new, told):
    edit(translated, old.replace("A box", "方框，见"), new.replace("方框", "方框，见"))
    found = translation.differences("zh", "01_first")
    if told is None:
        assert found == []
    else:
        assert any(re.search(told, sentence) for sentence in found), found


def test_numbers_and_the_amount_of_text_are_compared(translated, tree):
    english, chinese = tree / "book/en/intro.md", tree / "book/zh/intro.md"
    english.write_text("# Welcome\n\n" + "Read on, 1,000 times or 2.5 hours. " * 9)
    chinese.write_text("# 欢迎\n\n" + "请读 1,000 遍，或读 2.5 个小时为止吧。" * 9)
    assert translation.differences("zh", "intro") == []
    chinese.write_text("# 欢迎\n\n" + "请读 1,000 遍。" * 9)
    lacks, short = translation.differences("zh", "intro")
    where = "(in paragraph '请读 1,000 遍。请读 1,000 ')"
    assert lacks == f"zh/intro, section 1 (欢迎) lacks the number 2.5 {where}"
    assert short == f"zh/intro, section 1 (欢迎) is short: 27 signs for 45 words {where}"


BOTH = {
    "en": """\
# Welcome

A *code* is a vector of numbers, and `W` makes it. What it leaves out nobody gets back.

A mask has $B$ rows, 7 of them here, and what stands in no row of the mask is lost.

- one
- two of the things that the reader of this page has to take home with him

| net | what it does |
| --- | --- |
| LSTM | reads a word from left to right, see <http://127.0.0.1:8000/> |
| Transformer | reads it at once |

:::{note}
Nothing is executed.
:::

It ends here.
""",
    "zh": """\
# 欢迎

*编码*是由数组成的向量，由 `W` 造出。它漏掉的东西，谁也找不回来。

掩码有 $B$ 行，这里是 7 行，掩码的哪一行里都没有的东西就丢了。

- 一
- 本页的读者要带回家的那些东西中的第二样

| 网络 | 做什么 |
| --- | --- |
| LSTM | 从左往右读一个单词，见 <http://127.0.0.1:8000/> |
| Transformer | 一次读完 |

:::{note}
什么也不执行。
:::

到此为止。
""",
}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("到此为止。", "到此为止。", None),
        ("到此为止。\n", "", "other blocks, .*: nothing where the original has paragraph 'It ends"),
        (
            "\n什么也不执行。\n:::\n",
            "\n:::\n\n什么也不执行。\n",
            "end of the note '' where .* paragraph",
        ),
        ("- 一\n", "", "where the original has item of a list"),
        ("- 本页", "  - 本页", "item of a list, 2 blanks in '- 本页.* where .* 0 blanks in"),
        ("- 一\n- ", "- 一，", "other blocks, or in another order"),
        ("由 `W` 造出", "它会造出", "lacks: verbatim 'W'"),
        (BOTH["zh"].split("\n\n")[2], "", "lacks: formula 'B'"),
        ("*编码*", "*编码*（*cod*）", "has of its own, emphasised: 'cod' .in paragraph"),
        ("*编码*", "*编码*（*code*）", None),
        ("*编码*", "编码", "lacks emphasis: 0 of 1 places .in paragraph '编码"),
        ("。它漏掉的东西，谁也找不回来", "", "is short: 13 signs for 17 words"),
        ("做什么 |", "做什么 | |", "lacks: row of a table '2'"),
        ("| LSTM |", "| |", "empty cell '' where the original has cell 'LSTM'"),
        ("8000", "9000", "lacks: link 'http://127.0.0.1:8000/'"),
        ("这里是 7 行", "这里是 8 行", "lacks the number 7"),
    ],
)
def test_blocks_are_compared_one_with_one(tree, old, new, told):
    (tree / "book/en/intro.md").write_text(BOTH["en"], encoding="utf-8")
    (tree / "book/zh").mkdir(exist_ok=True)
    (tree / "book/zh/intro.md").write_text(BOTH["zh"].replace(old, new), encoding="utf-8")
    found = "\n".join(translation.differences("zh", "intro"))
    assert old in BOTH["zh"]
    assert found == "" if told is None else re.search(told, found), found


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("到此为止", "It *ends* here, my friends", "here, my friends"),
        ("到此为止。", "It ends here, my friends.", "It ends here, my friends"),
        ("一次读完", "Reads it at once", "Reads it at once"),
        (
            "什么也不执行",
            "什么也不执行：nothing here is ever executed",
            "nothing here is ever executed",
        ),
        ("什么也不执行", "教师强制（teacher forcing）说 *there is no such word as this*", None),
        ("什么也不执行", "它说“there is no such word as this”，念作 TH R UW S AH CH", None),
    ],
)
def test_words_left_in_english_are_found_and_data_are_not_taken_for_them(tree, old, new, left):
    (tree / "book/zh").mkdir(exist_ok=True)
    (tree / "book/zh/intro.md").write_text(BOTH["zh"].replace(old, new), encoding="utf-8")
    found = translation.left_in_english("zh", "intro")
    assert len(found) == (left is not None) and all(left in sentence for sentence in found), found


def test_what_stands_in_another_paragraph_is_told(tree):
    first, second = BOTH["zh"].split("\n\n")[1:3]
    swapped = BOTH["zh"].replace(first, "@").replace(second, first).replace("@", second)
    (tree / "book/en/intro.md").write_text(BOTH["en"], encoding="utf-8")
    (tree / "book/zh").mkdir(exist_ok=True)
    (tree / "book/zh/intro.md").write_text(swapped, encoding="utf-8")
    found = "\n".join(translation.differences("zh", "intro"))
    assert "has in another place, not in paragraph '掩码有" in found and "verbatim 'W'" in found


def run_git(tree: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *identity, *arguments], cwd=tree, check=True, capture_output=True)


def test_a_translation_is_behind_when_the_prose_changes_and_not_when_the_code_does(
    translated, tree, capsys
):
    english = tree / "chapters/en/01_first.md"
    run_git(tree, "init")
    run_git(tree, "add", ".")
    run_git(tree, "commit", "-m", "one")
    assert build.main(["translations", "zh/01_first", "--settle"]) == 0
    assert "01_first" not in following.behind("zh") and "02_second" in following.behind("zh")

    edit(english, "print(0)", "print(5)")
    assert "01_first" not in following.behind("zh")
    capsys.readouterr()
    assert build.main(["translations"]) == 0
    assert "zh/01_first: code copied" in capsys.readouterr().out
    assert "print(5)" in translated.read_text(encoding="utf-8")
    assert translation.differences("zh", "01_first") == []

    edit(english, "Outer.", "Outermost.")
    assert "01_first" in following.behind("zh")
    run_git(tree, "commit", "-a", "-m", "two")
    assert build.main(["translations", "zh/01_first"]) == 0
    shown = capsys.readouterr().out
    assert "\n-Outer.\n+Outermost.\n" in shown and "print" not in shown
    assert build.main(["translations", "--settle", "zh/01_first"]) == 0
    assert "01_first" not in following.behind("zh")


def test_a_caption_is_prose_that_a_translation_follows(translated, tree):
    following.settle("zh", "01_first")
    edit(tree / "chapters/en/01_first.md", "caption: A line", "caption: A curve")
    assert "01_first" in following.behind("zh")


def test_a_term_whose_definition_changes_leaves_the_other_glossaries_behind(translated, tree):
    (tree / "book/glossary.yml").write_text(TERM)
    sections.terms.cache_clear()
    following.settle("zh", "glossary")
    edit(tree / "book/glossary.yml", "编码", "代码")
    assert "glossary" not in following.behind("zh")
    edit(tree / "book/glossary.yml", "What is passed on.", "What is kept.")
    assert "glossary" in following.behind("zh")


TERM = """\
- id: code
  en: code
  zh: 编码
  en_definition: >-
    What is passed on.
  zh_definition: >-
    传下去的东西。
"""


def test_a_translation_that_lacks_something_cannot_be_settled(translated, capsys):
    edit(translated, "{cite:t}`ada2001` and", "Ada and")
    assert build.main(["translations", "zh/01_first", "--settle"]) == 2
    assert "{cite:t} 'ada2001'" in (told := capsys.readouterr().err)
    assert told.endswith("Mend chapters/zh/01_first.md.\n")
    assert not following.recorded("zh")


@pytest.mark.parametrize("name", ["zh/nowhere", "en/intro", "intro"])
def test_a_page_that_no_translation_has_is_refused(translated, capsys, name):
    assert build.main(["translations", name]) == 2
    assert f"Received: '{name}'" in capsys.readouterr().err


def test_code_is_not_copied_into_a_chapter_with_fewer_cells(translated):
    edit(
        translated,
        "```{code-cell} ipython3\n:tags: [exercise, nbval-check-output]\n\nprint(0)\n```",
        "",
    )
    with pytest.raises(BookError, match="Received: 3 of them, not 4"):
        following.copy_code("zh")


def test_sections_have_the_same_ids_in_both_editions(translated, tree):
    page = '<section id="the-first-chapter"><section id="the-middle">'
    write(tree, {"_build/html/en/01_first.html": page})
    configuration = yaml.safe_load(site.configuration("zh", ADDRESS, "published"))
    assert configuration["sphinx"]["config"]["section_ids"] == {
        "01_first": ["the-first-chapter", "the-middle"]
    }
    configuration = yaml.safe_load(site.configuration("en", ADDRESS, "published"))
    assert configuration["sphinx"]["config"]["section_ids"] == {}
