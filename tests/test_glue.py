import pytest
from IPython.testing.globalipapp import start_ipython
from IPython.utils.capture import capture_output

from seqtut.glue import glue

PREFIX = "application/papermill.record/"


@pytest.fixture(scope="module", autouse=True)
def notebook():
    """Displays are published only inside an IPython shell, such as a kernel has."""
    start_ipython()


def published(*arguments):
    with capture_output() as captured:
        glue(*arguments)
    [output] = captured.outputs
    return output


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [(3.14159, ".2f", "3.14"), (12345, ",", "12,345"), ("word", "", "word"), (0.5, ".0%", "50%")],
)
def test_a_value_is_published_as_the_text_that_prose_shows(value, spec, text):
    output = published("name", value, spec)
    assert output.data == {PREFIX + "text/plain": repr(text)}  # MyST-NB evaluates it
    assert output.metadata == {"scrapbook": {"name": "name", "mime_prefix": PREFIX}}


def test_the_value_shows_nothing_where_it_is_published():
    with capture_output() as captured:
        glue("name", 1)
    assert captured.stdout == captured.stderr == ""


@pytest.mark.parametrize(("value", "spec"), [("word", ".2f"), (1.5, "d"), ([1], ".1f"), (1, "?!")])
def test_a_format_that_does_not_fit_is_one_error_that_names_value_and_format(value, spec):
    with pytest.raises(ValueError, match="does not fit the value. Received: ") as error:
        glue("name", value, spec)
    assert repr(value) in str(error.value)
    assert repr(spec) in str(error.value)
