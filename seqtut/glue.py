"""Numbers that prose quotes: a cell computes them, the page shows them, nobody types them."""

from IPython.display import display

# The names under which MyST-NB looks for a value that a `{glue:text}` role asks for.
_MIME_PREFIX = "application/papermill.record/"


def glue(name: str, value: object, spec: str = "") -> None:
    """Publishes a value under a name, for ``{glue:text}`name` `` in the chapter's prose.

    Args:
        name: What the prose calls the value; unique within the chapter.
        value: A number or a string.
        spec: Format specification as in `format(value, spec)`; its digits must be stable
            between processors, since the published text is compared when the book is tested.

    Raises:
        ValueError: If `spec` does not fit `value`.
    """
    try:
        text = format(value, spec)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"glue({name!r}): the format {spec!r} does not fit the value. Received: {value!r}. "
            "Give a format specification that fits, such as '.3f' for a float."
        ) from error
    display(
        {_MIME_PREFIX + "text/plain": repr(text)},  # a literal: MyST-NB evaluates what it finds
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": _MIME_PREFIX}},
    )
