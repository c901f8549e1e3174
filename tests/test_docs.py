"""The documentation says what there is."""

from __future__ import annotations

import re

import pytest

from statusbook import cli
from statusbook.fields import FIELDS
from statusbook.model import WRITTEN_SECTIONS, Body, Cacheable, Retry, Seen, Sender, Standing, Trust
from statusbook.outline import CALLOUTS

from .book import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
READMES = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md")}


def documented() -> set[str]:
    """First cells of the tables in CONTRIBUTING.md that are one `word`."""
    return set(re.findall(r"^\| `([a-z_]+)` \|", CONTRIBUTING, re.M))


def test_every_field_of_front_matter_is_documented() -> None:
    fields = {field.name for own, translated in FIELDS.values() for field in (*own, *translated)}
    assert fields <= documented()


@pytest.mark.parametrize("words", [Standing, Cacheable, Body, Retry, Sender, Seen, Trust])
def test_every_value_of_a_field_is_documented(words: type[Standing]) -> None:
    for word in words:
        assert f"`{word.value}`" in CONTRIBUTING, word


def test_sections_and_callouts_are_documented() -> None:
    for word in (*WRITTEN_SECTIONS, *CALLOUTS):
        assert f"`{word}`" in CONTRIBUTING, word


@pytest.mark.parametrize("name", READMES)
def test_every_verb_and_option_is_in_the_readme(name: str) -> None:
    parser = cli.parser()
    verbs = next(action for action in parser._actions if action.choices)
    assert verbs.choices
    for verb, sub in dict(verbs.choices).items():  # type: ignore[call-overload]
        assert f"`{verb}" in READMES[name], verb
        for action in sub._actions:
            for option in action.option_strings:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in READMES[name], option


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_the_make_verbs(name: str) -> None:
    for verb in re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M):
        assert f"make {verb}" in READMES[name], verb


def test_links_between_documents_lead_somewhere() -> None:
    for name, text in {**READMES, "CONTRIBUTING.md": CONTRIBUTING}.items():
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (ROOT / target).exists(), (name, target)
