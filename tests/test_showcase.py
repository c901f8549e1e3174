"""The lab on pages: all exchanges on one list, each on a page of its own, those of a cause where it is told."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

import pytest
from bs4 import BeautifulSoup

from .book import ROOT


@cache
def recipes() -> dict[str, dict[str, object]]:
    return {path.stem: tomllib.loads(path.read_text()) for path in (ROOT / "lab/recipes").glob("*.toml")}


def soup(handbook: Mapping[str, bytes], address: str) -> BeautifulSoup:
    return BeautifulSoup(handbook[f"{address}index.html"], "html.parser")


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_the_list_has_every_exchange_once_under_its_code(handbook: Mapping[str, bytes], prefix: str) -> None:
    html = soup(handbook, f"{prefix}lab/")
    listed = [
        (str(link["href"]).strip("/"), section.select_one("h3")["id"])  # type: ignore[index]
        for section in html.select(".proof")
        for link in section.select("li a")
    ]
    assert sorted(listed) == sorted((name, f"lab-{recipe['code']}") for name, recipe in recipes().items())
    contents = [str(link["href"]) for link in html.select(".contents a")]
    assert contents == [f"#{heading['id']}" for heading in html.select("main .text :is(h2, h3)")]


def test_a_cause_is_followed_by_the_exchanges_that_show_it(handbook: Mapping[str, bytes]) -> None:
    cause = soup(handbook, "502/").find("h3", id="upstream-refused")
    assert cause is not None
    proofs = cause.find_next_sibling("p", class_="proofs")
    following = cause.find_next_sibling("h3")
    assert proofs is not None and following is not None and following in proofs.find_next_siblings()
    assert {str(link["href"]) for link in proofs.select("a")} == {
        f"../lab/{name}/"
        for name, recipe in recipes().items()
        if (recipe["code"], recipe.get("cause")) == (502, "upstream-refused")
    }


def test_causes_are_otherwise_as_they_were_written(handbook: Mapping[str, bytes]) -> None:
    """Putting the exchanges in takes headings apart; none may be lost or doubled."""
    html = soup(handbook, "502/")
    toc = [str(link["href"])[1:] for link in html.select('.contents li:has(> a[href="#causes"]) ol a')]
    between = html.find("h2", id="causes").find_next_siblings(["h2", "h3"])  # type: ignore[union-attr]
    causes = [heading["id"] for heading in between[: [heading.name for heading in between].index("h2")]]
    assert causes == toc != []


def test_an_exchange_leads_to_its_cause_and_to_the_others_of_its_code(handbook: Mapping[str, bytes]) -> None:
    html = soup(handbook, "en/lab/nginx-502-refused/")
    cause = html.select_one(".cause a")
    assert cause is not None and cause["href"] == "../../502/#upstream-refused"
    others = {str(link["href"]).split("/")[1] for link in html.select(".exhibits a")}
    assert others == {name for name, recipe in recipes().items() if recipe["code"] == 502} - {"nginx-502-refused"}
    servers = [term.text for term in html.select(".exhibits dt")]
    assert len(servers) == len(set(servers)), "one row for each program"


def test_a_code_shows_its_first_exchange_in_full_and_the_others_by_name(handbook: Mapping[str, bytes]) -> None:
    html = soup(handbook, "404/")
    of_code = {name: recipe for name, recipe in recipes().items() if recipe["code"] == 404}
    named = {str(link["href"]).split("/")[2] for link in html.select(".exhibits a")}
    first = min(of_code, key=lambda name: (of_code[name].get("order", 50), name))
    assert named == of_code.keys() - {first}
