"""The project's Jinja2 templates: escaping on, nothing undefined let pass, mistakes named by file and line."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError

from .problems import BadInput, Problem

FOLDER = "templates"


@functools.lru_cache(maxsize=2)
def compiled(texts: tuple[tuple[str, str], ...]) -> Templates:
    """The templates with these names and texts. Compiling them costs more than rendering a page, so it is kept."""
    return Templates(dict(texts))


class Templates:
    """Templates by name, as texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.environment = Environment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def _load(self, name: str) -> tuple[str, str, None] | None:
        return (self.texts[name], f"{FOLDER}/{name}", None) if name in self.texts else None

    def render(self, name: str, context: Mapping[str, Any]) -> bytes:
        """The page that the template ``name`` makes of ``context``, in UTF-8.

        Raises :class:`BadInput` with the place of whatever goes wrong in a template.
        """
        try:
            return self.environment.get_template(name).render(context).encode("utf-8")
        except BadInput:
            raise
        except TemplateNotFound as error:
            hint = "A page or a template asks for it."
            raise BadInput([Problem(f"{FOLDER}/{error.name}", 0, 0, "is missing", hint)]) from None
        except Exception as error:  # whatever a template's expression raises is a mistake in that template
            raise BadInput([_problem(name, error)]) from error


def _problem(name: str, error: Exception) -> Problem:
    """The innermost place in the templates where ``error`` came up."""
    path, line = f"{FOLDER}/{name}", 0
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or path, error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(f"{FOLDER}/"):
            path, line = frame.filename, frame.lineno or 0
    return Problem(path, line, 1, f"cannot be rendered: {type(error).__name__}: {error}")
