"""The search in a terminal: the pages' own engine, ``static/js/engine.js``, run by QuickJS on the same index.

There is one engine, so a terminal and a browser cannot disagree about a query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from . import sounds
from .model import Language
from .pipeline import Plan
from .problems import BadInput, Problem

ENGINE, SHARDS = "static/js/engine.js", "static/js/shards.js"

#: Asks as a page does, and leaves the answer in a variable, for what a large book has in files comes by promises.
_ASK = """
let answer;
const engine = { search, prepare, simplify, normalise, queryTerms, stem, weighed, distance, soundOf, syllablesOf };
const read = async (path) => JSON.parse(file(path));
(async (query, limit) => {
  let hits = search(index, query, limit);
  if (index.shards) hits = await beyond(engine, index, query, hits, limit, read);
  answer = JSON.stringify(hits);
})
"""


class Finder:
    """A language's index, opened.

    Raises :class:`BadInput` when QuickJS is not installed.
    """

    def __init__(self, plan: Plan, language: Language) -> None:
        try:
            import quickjs  # noqa: PLC0415 - only this verb needs it
        except ImportError:
            hint = "Install it with the other dependencies: make build."
            raise BadInput([Problem("quickjs-ng", 0, 0, "is not installed", hint)]) from None
        context = quickjs.Context()
        context.set("everydayHan", sounds.EVERYDAY)  # QuickJS cannot decode GB 2312, as browsers can
        source = plan.outputs[ENGINE].make().decode("utf-8")
        context.eval(re.sub(r"^export ", "", source, flags=re.MULTILINE))
        context.set("data", plan.outputs[f"{language.prefix}search/index.json"].make().decode("utf-8"))
        context.eval("const index = prepare(JSON.parse(data))")
        if context.eval("Boolean(index.shards)"):
            folder = f"{language.prefix}search/"
            context.add_callable("file", lambda path: plan.outputs[folder + path].make().decode("utf-8"))
            source = plan.outputs[SHARDS].make().decode("utf-8")
            body = re.sub(r"^export ", "", source, flags=re.MULTILINE)
            context.eval(f"const beyond = (() => {{ {body} return beyond }})()")
        self._ask = context.eval(_ASK)
        self._context = context
        self._said = context.eval("(text) => JSON.stringify(statusIn(text) ?? null)")
        self._terms = context.eval("(text) => JSON.stringify(termsOf(simplify(index, normalise(text))))")

    def search(self, query: str, limit: int = 10) -> list[dict[str, Any]]:
        """The results for ``query``, best first, with the keys that ``search`` of the engine describes."""
        self._ask(query, limit)
        while self._context.execute_pending_job():
            pass
        hits: list[dict[str, Any]] = json.loads(self._context.eval("answer"))
        return hits

    def status_in(self, line: str) -> str:
        """The status code that a line of a log reports; empty when it reports none."""
        said = json.loads(self._said(line))
        return str(said["code"]) if said else ""

    def terms(self, text: str) -> list[str]:
        """The terms that ``text`` is cut into."""
        terms: list[str] = json.loads(self._terms(text))
        return terms


def lines(hits: list[dict[str, Any]]) -> Iterator[str]:
    """The results as a terminal shows them: place, address, title; below it the rule or the score, and what matched."""
    for place, hit in enumerate(hits, 1):
        yield f"{place:>2}. {hit['address']:<28} {hit['title']}"
        ruled = hit["score"] >= 1e5
        why = f"rule: {hit['rule']}" if ruled else f"{hit['rule']}, {hit['score']:.1f}"
        yield f"      {why}" + (f" · {hit['matched']}" if hit["matched"] else "")
