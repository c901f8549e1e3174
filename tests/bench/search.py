"""How well the search answers the open query set, beside MiniSearch and Pagefind where Node is there.

The other two get the same pages: MiniSearch the handbook's texts with Han bigrams, prefixes, errors and boosts, as its
own documentation advises; Pagefind the built site. Both are installed into a temporary folder and leave nothing behind.
"""

from __future__ import annotations

import gzip
import itertools
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import brotli

from statusbook import pipeline
from statusbook.build import build
from statusbook.finder import ENGINE, Finder
from statusbook.model import Kind
from statusbook.pipeline import Plan
from statusbook.problems import BadInput
from statusbook.sources import read_tree

from ..book import ROOT
from ..search import Query, Score, queries, score

_PACKAGES = ("minisearch@7", "pagefind@1")

_RIVALS = r"""
import fs from "node:fs";
import MiniSearch from "minisearch";
const { pages, queries, site } = JSON.parse(fs.readFileSync(process.argv[2]));
const cut = (text) => [...text.toLowerCase().matchAll(/[a-z0-9]+|[\u3400-\u9fff]+/g)].flatMap(([run]) =>
  run > "\u3400" && run.length > 1
    ? Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2)) : [run]);
const answers = { MiniSearch: [], Pagefind: [] };
const sizes = {};
const indexes = {};
for (const [language, docs] of Object.entries(pages)) {
  const fields = ["name", "title", "keywords", "symptoms", "summary", "body"];
  const options = { fields, idField: "name", tokenize: cut,
    searchOptions: { boost: { name: 5, title: 4, keywords: 3, symptoms: 2 }, prefix: true, fuzzy: 0.2 } };
  indexes[language] = new MiniSearch(options);
  indexes[language].addAll(docs);
  fs.writeFileSync(`minisearch.${language}.json`, JSON.stringify(indexes[language]));
}
for (const { language, text } of queries) {
  answers.MiniSearch.push(indexes[language].search(text).slice(0, 10).map((hit) => hit.id));
}
globalThis.fetch = async (url) => {
  const file = decodeURIComponent(String(url).replace(/^file:\/\//, "").replace(/\?.*/, ""));
  const type = file.endsWith("wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(fs.readFileSync(file), { headers: { "content-type": type } });
};
for (const [language, tag] of [["zh", "zh-cn"], ["en", "en"]]) {
  if (!queries.some((each) => each.language === language)) continue;
  globalThis.document = { querySelector: () => ({ getAttribute: () => tag }), currentScript: null };
  const pagefind = await import(`${site}/pagefind/pagefind.js?${language}`);
  await pagefind.options({ basePath: `${site}/pagefind/`, baseUrl: "/" });
  await pagefind.init(tag);
  queries.forEach((each, i) => { if (each.language === language) each.at = i; });
  for (const each of queries.filter((query) => query.language === language)) {
    const { results } = await pagefind.search(each.text);
    const data = await Promise.all(results.slice(0, 10).map((result) => result.data()));
    const name = ({ url }) => url.replace(/index\.html$/, "").split("/").filter(Boolean).at(-1) ?? "";
    answers.Pagefind[each.at] = data.map(name);
  }
}
fs.writeFileSync("answers.json", JSON.stringify(answers));
"""


def main() -> None:
    try:
        plan = pipeline.plan(read_tree(ROOT))
    except BadInput as error:
        print(f"\nsearch: not measured, the handbook has {len(error.problems)} problems")
        return
    asked = [query for query in queries() if query.answers & plan.library.pages.keys()]
    engines: dict[str, Callable[[Query], Sequence[str]]] = {"ours": _ours(plan)}
    engines |= _rivals(plan, asked)
    print(f"\n{'search: first / first three / MRR':<34}" + "".join(f"{name:>22}" for name in engines))
    for kind, group in itertools.groupby(asked, key=lambda query: query.kind):
        of_kind = list(group)
        _print_row(f"{kind} ({len(of_kind)})", [score(of_kind, names) for names in engines.values()])
    _print_row(f"all ({len(asked)})", [score(asked, names) for names in engines.values()])
    _sizes(plan)


def _print_row(label: str, scores: Sequence[Score]) -> None:
    cells = (f"{s.first:.1%} {s.first_three:.1%} {s.mrr:.3f}" for s in scores)
    print(f"{label:<34}" + "".join(f"{cell:>22}" for cell in cells))


def _ours(plan: Plan) -> Callable[[Query], Sequence[str]]:
    finders = {language.key: Finder(plan, language) for language in plan.library.settings.languages}
    return lambda query: [hit["name"] for hit in finders[query.language].search(query.text, 10)]


def _sizes(plan: Plan) -> None:
    engine = plan.outputs[ENGINE].make()
    for language in plan.library.settings.languages:
        index = plan.outputs[f"{language.prefix}search/index.json"].make()
        small = [len(gzip.compress(data, 9)) for data in (engine, index)]
        smaller = sum(len(brotli.compress(data, quality=11)) for data in (engine, index))
        started = time.perf_counter()
        finder = Finder(plan, language)
        opened = time.perf_counter() - started
        texts = [query.text for query in queries() if query.language == language.key]
        times = []
        for text in texts:
            started = time.perf_counter()
            finder.search(text)
            times.append(time.perf_counter() - started)
        print(
            f"{language.key}: engine {small[0]} + index {small[1]} = {sum(small)} bytes (gzip 9), {smaller} (Brotli); "
            f"in QuickJS open {opened * 1e3:.0f} ms, query {statistics.median(times) * 1e3:.1f} ms"
        )


def _rivals(plan: Plan, asked: Sequence[Query]) -> Mapping[str, Callable[[Query], Sequence[str]]]:
    """MiniSearch and Pagefind, asked everything at once; empty without Node or without the packages."""
    if not (shutil.which("node") and shutil.which("npm")):
        print("\nsearch: Node is not installed, so MiniSearch and Pagefind are not measured")
        return {}
    with tempfile.TemporaryDirectory(prefix="statusbook-search-") as name:
        folder = Path(name)
        try:
            answers = _ask_rivals(plan, asked, folder)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"\nsearch: MiniSearch and Pagefind were not measured: {error}")
            return {}
        for path in sorted(folder.glob("minisearch.*.json")):
            print(f"\n{path.name}: {len(gzip.compress(path.read_bytes(), 9))} bytes (gzip 9)", end="")
    places = {(query.language, query.text): i for i, query in enumerate(asked)}
    return {
        name: lambda query, found=found: found[places[query.language, query.text]]  # type: ignore[misc]
        for name, found in answers.items()
    }


def _ask_rivals(plan: Plan, asked: Sequence[Query], folder: Path) -> dict[str, list[list[str]]]:
    (folder / "package.json").write_text('{"type":"module","private":true}')
    _run(folder, "npm", "install", "--no-audit", "--no-fund", "--silent", *_PACKAGES)
    build(ROOT, folder / "site")
    _run(folder, "npx", "pagefind", "--site", "site")
    pages: dict[str, list[dict[str, Any]]] = {
        language.key: [
            {
                "name": page.name,
                "title": " ".join((page.texts[language.key].title, page.code.phrase if page.code else "")),
                "keywords": " ".join(page.texts[language.key].keywords),
                "symptoms": " ".join(symptom.text for symptom in page.texts[language.key].symptoms),
                "summary": page.texts[language.key].summary,
                "body": plan.library.body(page.texts[language.key]),
            }
            for page in plan.library.pages.values()
            if page.kind is not Kind.HOME
        ]
        for language in plan.library.settings.languages
    }
    questions = [{"language": query.language, "text": query.text} for query in asked]
    (folder / "input.json").write_text(
        json.dumps({"pages": pages, "queries": questions, "site": str(folder / "site")}), "utf-8"
    )
    (folder / "rivals.mjs").write_text(_RIVALS, "utf-8")
    _run(folder, "node", "rivals.mjs", "input.json")
    answers: dict[str, list[list[str]]] = json.loads((folder / "answers.json").read_text("utf-8"))
    return answers


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    main()
