"""The frame of the book: what turns chapters into notebooks and pages."""
