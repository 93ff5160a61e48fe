"""The book's structure: what every chapter promises, checked without executing anything."""

import ast
import re
from functools import cache
from statistics import mean

import pytest
import yaml
from nbformat import NotebookNode

import seqtut.exercises
from book import layout, notebooks
from book.citations import bibliography
from book.layout import BOOK, ROOT, BookError
from book.myst import Code, Directive, all_parts
from book.plain import glued
from book.publish import SETUP_CELL
from book.stamps import code_cells, outputs_intact
from seqtut import equations

STEMS = list(layout.chapter_paths())
CHAPTERS = [(edition, stem) for edition in layout.editions() for stem in STEMS]

each_chapter = pytest.mark.parametrize(
    ("edition", "stem"), CHAPTERS, ids=[f"{edition}/{stem}" for edition, stem in CHAPTERS]
)
each_execution = pytest.mark.parametrize("stem", STEMS)
each_edition = pytest.mark.parametrize("edition", layout.editions())


@cache
def labels(edition: str):
    return notebooks.all_labels(edition)


@cache
def text(edition: str, stem: str) -> NotebookNode:
    return notebooks.read_text(layout.chapter_paths(edition)[stem])


@cache
def joined(edition: str, stem: str) -> NotebookNode:
    """A chapter's text with the committed outputs, such as they are.

    Whether they are whole and belong to this code is one test's question, not everyone's.
    """
    chapter = text(edition, stem)
    committed = notebooks.read_committed(layout.chapter_paths()[stem])
    if committed is None or len(code_cells(committed)) != len(code_cells(chapter)):
        pytest.fail(
            f"{stem} has cells that were not executed. Run `make notebooks`.", pytrace=False
        )
    return notebooks.attach_outputs(chapter, committed)


def prose(edition: str, stem: str) -> str:
    """All that a chapter says outside code: its Markdown and the captions of its figures."""
    cells = text(edition, stem).cells
    captions = [c.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") for c in cells]
    return "\n\n".join([*(c.source for c in cells if c.cell_type == "markdown"), *captions])


def parts(chapter: NotebookNode, stem: str) -> list:
    """Lines, directives and code cells in reading order."""
    found = []
    for cell in chapter.cells:
        found.extend(all_parts(cell.source, stem) if cell.cell_type == "markdown" else [cell])
    return found


def roles(source: str, pattern: str) -> list[str]:
    """Returns what the roles of a kind lead to, without the text they may show instead."""
    found = re.findall(rf"\{{{pattern}\}}`([^`]+)`", source)
    return [re.sub(r"^.*<(.+)>$", r"\1", inside) for inside in found]


def slug(stem: str) -> str:
    return stem.partition("_")[2].replace("_", "-")


def printed(cell: NotebookNode) -> str:
    """Returns the text that a cell shows: its prints and its last value, but no figures."""
    shown = []
    for output in cell.outputs:
        if output.output_type == "stream":
            shown.append(output.text)
        elif not output.metadata.get("scrapbook") and "image/png" not in output.data:
            shown.append(output.data.get("text/plain", ""))
    return "".join(shown)


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


# --- Pages and notebooks


def test_every_page_of_the_table_of_contents_exists_in_every_edition():
    pages = [stem for stem in layout.toc_stems() if stem not in STEMS]
    wanted = {BOOK / edition / f"{page}.md" for edition in layout.editions() for page in pages}
    missing = [str(path.relative_to(ROOT)) for path in wanted if not path.is_file()]
    assert not missing, f"book/_toc.yml lists pages that do not exist: {missing}. Write them."


@each_edition
def test_every_page_of_the_frame_is_in_the_table_of_contents(edition):
    unlisted = {path.stem for path in (BOOK / edition).glob("*.md")} - set(layout.toc_stems())
    assert not unlisted, f"book/_toc.yml leaves out {unlisted}. List them or delete them."


@each_edition
def test_every_notebook_has_its_chapter(edition):
    folder = layout.CHAPTERS / edition
    left_over = {path.stem for path in folder.glob("*.ipynb")} - set(STEMS)
    assert not left_over, f"Notebooks without a chapter in book/_toc.yml: {left_over}."


@each_chapter
def test_the_notebook_is_what_the_text_and_its_outputs_generate(edition, stem):
    path = layout.chapter_paths(edition)[stem].with_suffix(".ipynb")
    try:
        chapter = notebooks.joined_chapter(layout.chapter_paths(edition)[stem])
        generated = notebooks.generate(chapter, stem, labels(edition))
    except BookError as error:
        pytest.fail(str(error), pytrace=False)
    if not path.is_file() or path.read_text(encoding="utf-8") != generated:
        name = path.relative_to(ROOT)
        pytest.fail(f"{name} is not what its text generates. Run `make notebooks`.", pytrace=False)


@each_chapter
def test_the_notebook_holds_no_construct_that_plain_markdown_does_not_know(edition, stem):
    path = layout.chapter_paths(edition)[stem].with_suffix(".ipynb")
    for cell in notebooks.read_committed(path).cells:
        if cell.cell_type == "markdown":
            source = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", cell.source, flags=re.M | re.S)
            left = re.search(r"\{[\w:+-]+\}`|^\s*:{3,}|^\s*`{3,}\{|^\([\w-]+\)=", source, re.M)
            assert not left, f"MyST is left in the notebook: {source[left.start() :][:60]!r}"


@each_execution
def test_outputs_are_those_of_one_whole_execution(stem):
    path = layout.chapter_paths()[stem]
    committed = notebooks.read_committed(path)
    again = f"Run `make notebooks`: {stem}"
    assert committed is not None, f"{again} has no notebook."
    assert outputs_intact(committed), f"{again} has outputs that were altered or lost."
    cells = code_cells(committed)
    counts = [cell.execution_count for cell in cells]
    assert counts == list(range(1, len(cells) + 1)), f"{again} was not executed in order: {counts}."
    assert any(cell.outputs for cell in cells), f"{again} has no outputs."


@each_execution
def test_no_output_is_an_error_or_noise(stem):
    for cell in code_cells(joined("en", stem)):
        for output in cell.outputs:
            assert output.output_type != "error", f"A cell failed:\n{cell.source}"
            assert output.get("name") != "stderr", f"Standard error: {output.text}"
        bar = re.search(r"\r|\x1b|\x08|[█▏▎▍▌▋▊▉━]|\d+%\|| ETA|it/s", printed(cell))
        assert not bar, f"A progress bar or terminal codes in the output of:\n{cell.source}"


@each_execution
def test_a_chapter_runs_in_a_minute_and_two_gigabytes(stem):
    facts = joined("en", stem).metadata.seqtut
    assert facts.seconds <= 60, f"{stem} took {facts.seconds} s. Make it shorter."
    assert facts.peak_gb <= 2, f"{stem} took {facts.peak_gb} GB. Make it smaller."


def test_chapters_run_in_forty_seconds_on_average():
    # The chapters so far train all that they show. Those to come load trained models, and bring
    # the mean over the whole book down to 30 s.
    seconds = {stem: joined("en", stem).metadata.seqtut.seconds for stem in STEMS}
    assert mean(seconds.values()) <= 40, f"The mean is above 40 s: {seconds}."


# --- What a chapter is made of


@each_chapter
def test_a_chapter_opens_with_its_label_and_its_title(edition, stem):
    opening = [line for line in text(edition, stem).cells[0].source.splitlines() if line.strip()]
    assert opening[0] == f"(ch-{slug(stem)})="
    assert re.fullmatch(r"# \S.*", opening[1])


@each_chapter
def test_the_first_code_cell_is_the_setup_cell(edition, stem):
    cell = code_cells(text(edition, stem))[0]
    assert cell.source == SETUP_CELL, "Copy the setup cell from book/publish.py."
    assert set(tags(cell)) == {"hide-input", "setup"}


@each_chapter
def test_displayed_mathematics_is_a_directive(edition, stem):
    lines = [part for part in parts(text(edition, stem), stem) if isinstance(part, str)]
    bare = [line for line in lines if "$$" in line or r"\[" in line or r"\begin{" in line]
    assert not bare, f"Write displayed maths as a {{math}} directive: {bare}"


@each_chapter
def test_no_line_of_prose_is_taken_for_a_comment(edition, stem):
    lines = [part for part in parts(text(edition, stem), stem) if isinstance(part, str)]
    lost = [x for x in lines if x.lstrip().startswith("%") and not x.startswith("% unnumbered: ")]
    assert not lost, f"A line that begins with % is not shown. Break it elsewhere: {lost}"


@each_chapter
def test_every_figure_says_in_words_what_it_shows_and_has_a_caption(edition, stem):
    for part in parts(joined(edition, stem), stem):
        if isinstance(part, Directive) and part.name == "figure":
            described, caption = part.options.get("alt", ""), " ".join(part.body)
        elif isinstance(part, NotebookNode) and any(
            "image/png" in output.get("data", {}) for output in part.outputs
        ):
            settings = part.metadata.get("mystnb", {})
            described = settings.get("image", {}).get("alt", "")
            caption = settings.get("figure", {}).get("caption", "")
        else:
            continue
        where = part.argument if isinstance(part, Directive) else part.source
        assert len(described) >= 20, f"Alt text in words, please, for the figure of:\n{where}"
        assert caption.strip(), f"A caption is missing for the figure of:\n{where}"


@each_chapter
def test_no_figure_is_declared_by_a_cell_that_draws_none(edition, stem):
    for cell in code_cells(joined(edition, stem)):
        if "figure" in cell.metadata.get("mystnb", {}):
            drawn = [o for o in cell.outputs if "image/png" in o.get("data", {})]
            assert len(drawn) == 1, f"{len(drawn)} pictures for one caption:\n{cell.source}"


@each_chapter
def test_prose_quotes_every_number_that_its_cells_publish_and_no_other(edition, stem):
    used, published = (
        set(roles(prose(edition, stem), "glue:text")),
        set(glued(joined(edition, stem))),
    )
    assert not used - published, f"No cell publishes {used - published}."
    assert not published - used, f"Prose quotes nowhere {published - used}."


@each_execution
def test_at_least_half_of_the_printing_cells_are_compared_by_nbval(stem):
    printing = [cell for cell in code_cells(joined("en", stem)) if printed(cell).strip()]
    compared = [cell for cell in printing if "nbval-check-output" in tags(cell)]
    assert 2 * len(compared) >= len(printing) > 0, (
        f"{len(compared)} of {len(printing)} printing cells have the tag nbval-check-output."
    )


# --- Equations


def equation_labels() -> dict[str, str]:
    """Returns the chapter of every equation's label."""
    return {
        name: label.stem for name, label in labels("en").targets.items() if label.kind == "equation"
    }


def function_of(label: str) -> str:
    return label.removeprefix("eq-").replace("-", "_")


@cache
def called_in_tests() -> set[str]:
    names = set()
    for path in (ROOT / "tests").glob("test_equations*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                names.add(getattr(node.func, "attr", getattr(node.func, "id", "")))
    return names


@each_chapter
def test_every_displayed_equation_is_labelled_or_says_why_it_is_not(edition, stem):
    before = ""
    for part in parts(text(edition, stem), stem):
        if isinstance(part, Directive) and part.name == "math":
            label = part.options.get("label", "")
            reason = re.fullmatch(r"% unnumbered: \S.*", before)
            assert label.startswith("eq-") or reason, f"No label and no reason: {part.body}"
            assert not (label and reason), f"{label} has both a label and a reason for none."
        before = part if isinstance(part, str) else ""


@each_execution
def test_every_numbered_equation_is_a_tested_function_that_names_it(stem):
    for label in [label for label, chapter in equation_labels().items() if chapter == stem]:
        name = function_of(label)
        function = getattr(equations, name, None)
        assert function is not None, f"{label}: there is no seqtut.equations.{name}."
        claims = re.findall(r"Equation: (eq-[\w-]+)", function.__doc__ or "")
        assert label in claims, f"seqtut.equations.{name} must say `Equation: {label}`."
        assert name in called_in_tests(), f"No tests/test_equations*.py calls {name}."


def test_seqtut_names_no_equation_that_no_chapter_has():
    claimed = {
        label: path.relative_to(ROOT).as_posix()
        for path in (ROOT / "seqtut").rglob("*.py")
        for label in re.findall(r"Equation: (eq-[\w-]+)", path.read_text(encoding="utf-8"))
    }
    unknown = {label: path for label, path in claimed.items() if label not in equation_labels()}
    assert not unknown, f"No chapter has these equations: {unknown}."


# --- Exercises


def exercises(chapter: NotebookNode, stem: str) -> list[list]:
    """Returns the parts of each exercise, from its directive up to the next exercise's."""
    found: list[list] = []
    for part in parts(chapter, stem):
        if isinstance(part, Directive) and part.name == "exercise":
            found.append([])
        if found:
            found[-1].append(part)
    return found


def outline(exercise: list) -> list[str]:
    """Returns the kinds of an exercise's parts, up to the end of its solution."""
    kinds = []
    for part in exercise:
        if isinstance(part, NotebookNode):
            kinds.append(
                next((tag for tag in tags(part) if tag in ("exercise", "solution")), "code")
            )
        elif isinstance(part, Directive) and part.name not in ("math", "figure"):
            folded = part.options.get("class") == "dropdown"
            kinds.append(part.name + (" folded" if folded else ""))
        if kinds and kinds[-1] == "solution-end":
            break
    return kinds


@each_chapter
def test_every_exercise_has_starter_hint_and_folded_solution(edition, stem):
    for number, exercise in enumerate(exercises(text(edition, stem), stem), start=1):
        label = f"ex-{slug(stem)}-{number}"
        assert exercise[0].options.get("label") == label, "Exercises are numbered in order."
        kinds = outline(exercise)
        assert kinds[:4] == [
            "exercise",
            "exercise",
            "admonition folded",
            "solution-start folded",
        ], f"{label} needs a starter cell, a folded hint, a folded solution. Received: {kinds}"
        assert kinds[-1] == "solution-end" and "solution" in kinds[4:-1], (
            f"The solution of {label} needs a cell tagged solution and an end. Received: {kinds}"
        )
        [start] = [p for p in exercise if isinstance(p, Directive) and p.name == "solution-start"]
        assert start.argument == label


@each_chapter
def test_every_starter_fails_its_check_and_every_solution_passes_it(edition, stem):
    for number, exercise in enumerate(exercises(joined(edition, stem), stem), start=1):
        name = f"{slug(stem)}-{number}"
        cells = [part for part in exercise if isinstance(part, NotebookNode)]
        shown = {kind: "" for kind in ("exercise", "solution")}
        for kind in shown:
            tagged = [cell for cell in cells if kind in tags(cell)]
            assert all("nbval-check-output" in tags(cell) for cell in tagged), name
            shown[kind] = "".join(printed(cell) for cell in tagged)
        assert f"✗ {name}" in shown["exercise"] and "✓" not in shown["exercise"], shown
        assert f"✓ {name}" in shown["solution"] and "✗" not in shown["solution"], shown


@each_execution
def test_a_chapter_has_three_to_five_exercises_and_a_checker_for_each(stem):
    count = len(exercises(text("en", stem), stem))
    fewest = 3 if stem >= "02" else 0  # the first chapter tells a story
    assert fewest <= count <= 5, f"{count} exercises."
    registered = {n for n in seqtut.exercises.names() if n.rpartition("-")[0] == slug(stem)}
    assert registered == {f"{slug(stem)}-{number}" for number in range(1, count + 1)}


def test_every_checker_belongs_to_a_chapter():
    slugs = {slug(stem) for stem in STEMS}
    stray = [name for name in seqtut.exercises.names() if name.rpartition("-")[0] not in slugs]
    assert not stray, f"No chapter has the exercises {stray}."


# --- Sources and terms


def everything(edition: str) -> str:
    """All prose of an edition: chapters and frame."""
    frame = [p.read_text(encoding="utf-8") for p in (BOOK / edition).glob("*.md")]
    glossary = (BOOK / "glossary.yml").read_text(encoding="utf-8")
    return "\n\n".join([*(prose(edition, stem) for stem in STEMS), *frame, glossary])


def cited(edition: str) -> set[str]:
    found = roles(everything(edition), "cite:[tp]")
    return {key.strip() for keys in found for key in keys.split(",")}


@each_edition
def test_every_source_that_is_cited_is_in_the_bibliography_and_the_reverse(edition):
    known = set(bibliography().entries)
    assert not cited(edition) - known, f"Not in book/references.bib: {cited(edition) - known}."
    unused = known - cited(edition)
    assert not unused, f"Cited nowhere, so take them out of book/references.bib: {unused}."


@pytest.mark.parametrize("key", sorted(bibliography().entries))
def test_a_source_can_be_found(key):
    entry = bibliography().entries[key]
    assert entry.persons.get("author") or entry.persons.get("editor"), "Who wrote it?"
    assert entry.fields.get("title"), "What is it called?"
    assert re.fullmatch(r"\d{4}", entry.fields.get("year", "")), "When did it appear?"
    places = {"doi", "url", "isbn", "publisher", "school"}
    assert places & set(entry.fields), f"Where can it be found? Give one of {places}."


@each_edition
def test_every_term_is_in_the_glossary(edition):
    entries = yaml.safe_load((BOOK / "glossary.yml").read_text(encoding="utf-8"))
    known = {entry[edition].casefold() for entry in entries}
    used = set(roles(everything(edition), "term"))
    unknown = {term for term in used if term.casefold() not in known}
    assert not unknown, f"Not in book/glossary.yml: {unknown}."


def test_every_code_fence_of_a_chapter_names_its_language():
    for edition, stem in CHAPTERS:
        for part in parts(text(edition, stem), stem):
            if isinstance(part, Code):
                assert re.fullmatch(r"`{3,}(python|text|bash)", part.lines[0]), part.lines[0]
