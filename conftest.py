"""Says what to run when a chapter's outputs are not the committed ones.

Being at the top, this file also lets the tests import `book`.
"""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)  # so that it is the last thing that is read
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Adds one line for each notebook of which nbval failed a cell."""
    yield
    broken: dict[str, bool] = {}
    for report in terminalreporter.getreports("failed") + terminalreporter.getreports("error"):
        path = report.nodeid.partition("::")[0]
        if path.endswith(".ipynb"):
            failed = "Cell outputs differ" not in report.longreprtext
            broken[path] = broken.get(path, False) or failed
    for path, failed in sorted(broken.items()):
        terminalreporter.write_line(
            f"A cell of {path} failed: see the first one above. Mend it, then run `make notebooks`."
            if failed
            else f"Outputs of {path} differ from what was committed. If the change is meant, "
            "run `make notebooks` and commit the notebooks.",
            red=True,
        )
