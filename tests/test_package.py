"""What holds for the package as a whole: who imports whom, what is documented, what is pinned."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from book.layout import ROOT, chapter_paths

# A module imports only from those left of it.
ORDER = (
    *("runtime", "glue", "equations", "data", "text", "layers", "models", "decoding"),
    *("metrics", "training", "laws", "museum", "plotting", "exercises", "pretrained", "cli"),
)
PACKAGE = ROOT / "seqtut"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Methods that Keras calls; its documentation says what they take.
KERAS_METHODS = {"build", "call", "compute_output_shape", "get_config", "from_config"}

each_module = pytest.mark.parametrize(
    "path", MODULES, ids=[path.relative_to(PACKAGE).as_posix() for path in MODULES]
)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    """Returns the module of seqtut that a file belongs to; "" is the package's own __init__."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(tree_of(path)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full."
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        rooms |= {name.split(".")[1] for name in names if name.startswith("seqtut.")}
        assert not any(name.split(".")[0] in ("book", "chapters", "tests") for name in names)
    return rooms & set(ORDER)


# --- Imports


@each_module
def test_a_module_imports_only_from_those_left_of_it(path):
    room = room_of(path)
    assert room in ("", *ORDER), f"Give seqtut.{room} its place in the order."
    allowed = set(ORDER[: ORDER.index(room)]) | {room} if room else set()
    wrong = imported_rooms(path) - allowed
    assert not wrong, f"seqtut.{room} must not import {sorted(wrong)}."


@pytest.mark.parametrize("module", ["seqtut", "seqtut.equations", "seqtut.data", "seqtut.cli"])
def test_what_needs_no_tensorflow_does_not_import_it(module):
    probe = f"import sys, {module}; print(sorted({{'keras', 'tensorflow'}} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_only_runtime_touches_the_environment():
    touching = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv")
    }
    assert touching == {"seqtut/runtime.py"}


@each_module
def test_nothing_is_evaluated_unpickled_or_run_in_a_shell(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            assert name not in ("eval", "exec", "system"), name
            assert all(keyword.arg != "shell" for keyword in node.keywords)
        elif isinstance(node, ast.Import):
            assert all(alias.name.split(".")[0] != "pickle" for alias in node.names)
        elif isinstance(node, ast.ExceptHandler):
            assert node.type is not None, "A bare except."


# --- Docstrings


def public_definitions(path: Path) -> list[tuple[str, ast.AST]]:
    """Returns the public functions, classes and methods of a file."""
    found = []
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                found.extend(
                    (f"{node.name}.{method.name}", method)
                    for method in node.body
                    if isinstance(method, ast.FunctionDef)
                    and not method.name.startswith("_")
                    and method.name not in KERAS_METHODS
                )
    return found


DEFINITIONS = [(path, name, node) for path in MODULES for name, node in public_definitions(path)]
FUNCTIONS = [entry for entry in DEFINITIONS if isinstance(entry[2], ast.FunctionDef)]
CLASSES = [entry for entry in DEFINITIONS if isinstance(entry[2], ast.ClassDef)]


def each(entries):
    names = [f"{path.relative_to(PACKAGE).as_posix()}:{name}" for path, name, _ in entries]
    return pytest.mark.parametrize("node", [node for *_, node in entries], ids=names)


def parameters(function: ast.FunctionDef) -> list[ast.arg]:
    """Returns what a caller passes, in order, `self` and `cls` left out."""
    given = function.args
    named = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [arg for arg in named if arg is not None and arg.arg not in ("self", "cls")]


def described(doc: str) -> dict[str, str]:
    """Returns the text on each parameter in a docstring's Args section."""
    section = re.search(r"^Args:\n((?:(?:    .*)?\n)*?)(?=^\S|\Z)", doc + "\n", re.M)
    entries = re.findall(
        r"^    \*{0,2}(\w+): ((?:.*\n)(?:      .*\n)*)", section[1] if section else "", re.M
    )
    return dict(entries)


def own_nodes(function: ast.FunctionDef):
    """Walks a function's body without the functions inside it."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))


@each_module
def test_every_module_says_in_one_line_what_it_is(path):
    doc = ast.get_docstring(tree_of(path))
    assert doc and doc.splitlines()[0].endswith(".")


@each(DEFINITIONS)
def test_every_public_name_says_in_one_line_what_it_does(node):
    doc = ast.get_docstring(node)
    assert doc, "No docstring."
    first, *rest = doc.splitlines()
    assert first.endswith("."), f"The summary is one line and ends in a full stop: {first!r}"
    assert not rest or not rest[0], "An empty line goes below the summary."


@each(FUNCTIONS)
def test_every_parameter_of_several_is_described(node):
    names = [arg.arg for arg in parameters(node)]
    known = described(ast.get_docstring(node) or "")
    if len(names) > 1 or known:
        assert list(known) == names, "Args must describe each parameter, in order."


@each(CLASSES)
def test_every_argument_of_a_constructor_is_described(node):
    known = described(ast.get_docstring(node) or "")
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            assert list(known) == [arg.arg for arg in parameters(method)]


@each(FUNCTIONS)
def test_every_array_is_given_its_shape(node):
    known = described(ast.get_docstring(node) or "")
    for arg in parameters(node):
        annotation = ast.unparse(arg.annotation) if arg.annotation else ""
        if re.fullmatch(r"np\.ndarray( \| None)?", annotation) and arg.arg in known:
            assert re.search(r"`\([^`]*\)`|shape", known[arg.arg]), f"Which shape has {arg.arg}?"


@each(FUNCTIONS)
def test_whatever_is_described_at_length_says_what_it_returns(node):
    doc = ast.get_docstring(node) or ""
    returns = ast.unparse(node.returns) if node.returns else None
    if "\nArgs:\n" in doc and returns not in (None, "None"):
        said = re.search(r"^(Returns|Yields):\n    \S", doc, re.M)
        assert said or doc.startswith(("Returns ", "Yields ")), "What does it return?"


@each(FUNCTIONS)
def test_every_error_that_a_function_raises_is_named(node):
    doc = ast.get_docstring(node) or ""
    section = doc.partition("\nRaises:\n")[2]
    for inner in own_nodes(node):
        if isinstance(inner, ast.Raise) and isinstance(inner.exc, ast.Call):
            name = ast.unparse(inner.exc.func)
            if not name.startswith("_"):
                assert f"    {name}: " in section, f"Raises must name {name}."


@each(FUNCTIONS)
def test_every_signature_is_typed(node):
    untyped = [arg.arg for arg in parameters(node) if arg.annotation is None]
    assert node.returns and not untyped, f"Type hints are missing: {untyped or 'the result'}"


@each_module
def test_a_refused_value_is_shown_in_the_message(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            texts = [
                part.value
                for part in ast.walk(node.exc)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            if ast.unparse(node.exc.func) in ("ValueError", "TypeError"):
                assert any("Received" in text for text in texts), ast.unparse(node)


# --- Versions, verbs, first screen


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_package_names_lower_bounds_only():
    for requirement in project()["project"]["dependencies"]:
        assert re.fullmatch(r"[a-z0-9-]+>=[0-9.]+", requirement), requirement


def test_every_package_that_is_named_is_pinned_once():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.match(r"[a-z0-9-]+==\S+( ; .+)?$", pin) for pin in pins)
    assert len(pins) == len(set(pins))
    pinned = {pin.partition("==")[0] for pin in pins}
    settings = project()
    wanted = settings["project"]["dependencies"] + sum(settings["dependency-groups"].values(), [])
    names = {re.match(r"[a-z0-9-]+", requirement)[0] for requirement in wanted}
    assert not names - pinned, f"Run `make pins`: {names - pinned} have no pin."


def test_no_other_file_names_a_version_of_a_package():
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    for path in [ROOT / "Makefile", ROOT / ".ci" / "run", *workflows]:
        assert not re.search(r"\w==\d", path.read_text(encoding="utf-8")), path


def makefile_targets() -> dict[str, list[str]]:
    """Returns the verbs of the Makefile and what each is made of."""
    source = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = re.search(r"^\.PHONY: (.+)$", source, re.M)[1].split()
    needed = dict(re.findall(r"^([a-z]+):([^#\n]*)", source, re.M))
    return {verb: needed[verb].split() for verb in verbs}


def test_make_help_lists_every_verb_that_is_no_part_of_test():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^make ([a-z]+)  ", done.stdout, re.M))
    targets = makefile_targets()
    assert listed == set(targets) - set(targets["test"])


def test_the_readme_opens_with_both_commands():
    screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]
    assert "make book" in "\n".join(screen)
    assert "make test" in "\n".join(screen)


def test_the_readme_lists_the_chapters_in_order():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\|.*\]\(chapters/en/([\w]+)\.ipynb\)", readme, re.M)
    assert listed == list(chapter_paths())


def test_the_front_page_lists_the_chapters_in_order():
    page = (ROOT / "book/en/intro.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\|.*\| \{doc\}`(\d\w+)` \|", page, re.M)
    assert listed == list(chapter_paths())


def test_what_the_readme_and_the_guide_link_to_exists():
    for name in ("README.md", "CONTRIBUTING.md"):
        source = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", source):
            assert (ROOT / target).exists(), f"{name} links to {target}."


@pytest.mark.parametrize("name", ["ci", "publish", "compat"])
def test_a_workflow_is_well_formed_and_asks_for_the_rights_it_needs(name):
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] is not None, "Say which rights the jobs have."
    for job in workflow["jobs"].values():
        if "uses" in job:  # another workflow, checked by itself
            continue
        assert job["timeout-minutes"] <= 120
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)


def test_no_workflow_has_a_repository_written_in():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        addresses = re.findall(r"https?://\S+", path.read_text(encoding="utf-8"))
        assert not addresses, f"{path.name}: {addresses}"
