"""The project's Jinja2 templates: escaping on, nothing undefined let pass, mistakes named by file and line."""

from __future__ import annotations

import contextlib
import functools
import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro

from .kept import Kept
from .problems import BadInput, Problem
from .strings import Catalogue

FOLDER = "templates"

#: Templates are indented for people; browsers see one space in any white space, but in the elements that keep it.
_INDENT = re.compile(r"\n\s+")
_KEEPING = re.compile(r"<(pre|textarea|script|style)\b")


@functools.lru_cache(maxsize=2)
def compiled(texts: tuple[tuple[str, str], ...], kept: Kept[bytes]) -> Templates:
    """The templates with these names and texts. Compiling them costs more than rendering a page, so it is kept."""
    return Templates(dict(texts), kept)


class _Bytecode(BytecodeCache):
    """Compiled templates by name and text. Jinja2 checks that they are of this Python and of its own format."""

    def __init__(self, kept: Kept[bytes]) -> None:
        self.kept = kept

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self.kept.find(_key(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept.get(_key(bucket), bucket.bytecode_to_string)


def _key(bucket: Bucket) -> str:
    return f"{bucket.key}-{bucket.checksum}"


#: What takes nothing but the arguments that a template names.
_PLAIN = (functools.partial, Catalogue)


class _Context(Context):
    """A context that calls what templates call most without asking first whether it wants the context.

    Jinja2 asks for four attributes at each call. Macros want to know whether to escape, and are told; what is bound to
    a page (``href``, ``colour``) and the interface's texts want nothing.
    """

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        kind = type(function)
        if kind is not Macro and kind not in _PLAIN:
            return super().call(function, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return function(self.eval_ctx, *args, **kwargs) if kind is Macro else function(*args, **kwargs)


class Templates:
    """Templates by name, as texts; ``kept`` has those that were compiled before, as bytecode."""

    def __init__(self, texts: Mapping[str, str], kept: Kept[bytes] | None = None) -> None:
        self.texts = texts
        self.environment = Environment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_Bytecode(kept or Kept()),
            auto_reload=False,  # the texts of one environment never change
        )
        self.environment.context_class = _Context
        self.environment.filters["hue"] = _hue
        self.environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}

    def compile(self) -> None:
        """Compile all templates. Mistakes in them come up when something is rendered that needs them."""
        for name in self.texts:
            with contextlib.suppress(TemplateSyntaxError):
                self.environment.get_template(name)

    def _load(self, name: str) -> tuple[str, str, None] | None:
        return (self.texts[name], f"{FOLDER}/{name}", None) if name in self.texts else None

    def render(self, name: str, context: Mapping[str, Any]) -> bytes:
        """What :meth:`text` says, in UTF-8."""
        return self.text(name, context).encode("utf-8")

    def text(self, name: str, context: Mapping[str, Any]) -> str:
        """What the template ``name`` makes of ``context``.

        Raises :class:`BadInput` with the place of whatever goes wrong in a template.
        """
        try:
            text = self.environment.get_template(name).render(context)
            return "".join(_without_indents(text))
        except BadInput:
            raise
        except TemplateNotFound as error:
            hint = "A page or a template asks for it."
            raise BadInput([Problem(f"{FOLDER}/{error.name}", 0, 0, "is missing", hint)]) from None
        except Exception as error:  # whatever a template's expression raises is a mistake in that template
            raise BadInput([_problem(name, error)]) from error


def _hue(class_key: str) -> str:
    """The class that gives an element the hue of a class of codes: c1 to c5, co for numbers outside the classes."""
    return f" c{class_key[0]}" if class_key else ""


def _without_indents(html: str) -> Iterator[str]:
    """The pieces of ``html`` with one line end for any white space that begins with one.

    Elements that keep theirs are looked for by their ends, not matched: a page's style sheet is half of the page.
    """
    done = start = 0
    while element := _KEEPING.search(html, start):
        start = html.find(f"</{element[1]}>", element.end())
        if start < 0:  # it never ends, so it is none
            start = element.end()
            continue
        yield _INDENT.sub("\n", html[done : element.start()])
        yield html[element.start() : start]
        done = start
    yield _INDENT.sub("\n", html[done:])


def _problem(name: str, error: Exception) -> Problem:
    """The innermost place in the templates where ``error`` came up."""
    path, line = f"{FOLDER}/{name}", 0
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or path, error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(f"{FOLDER}/"):
            path, line = frame.filename, frame.lineno or 0
    return Problem(path, line, 1, f"cannot be rendered: {type(error).__name__}: {error}")
