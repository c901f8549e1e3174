"""Reading recipes: what an author writes, and what they are told when it is wrong."""

from __future__ import annotations

import pytest

from statusbook import recipes
from statusbook.sources import Source

RIGHT = """\
code = 502
title = { zh = "上游没有监听", en = "Nothing listens upstream" }
note = { zh = "立刻回 502。", en = "502 at once." }
client = "curl -si http://@server@/"

[server]
use = "nginx"
config = "listen @server@; proxy_pass http://@upstream@;"

[upstream]
use = "python"
config = "serve('@upstream.host@', @upstream.port@)"

[expect]
fields = { Server = "nginx/*" }
log = "connect() failed"
"""


def read(text: str, name: str = "nginx-502-refused"):
    return recipes.read_one(Source.of(f"lab/recipes/{name}.toml", text.encode()), ("zh", "en"))


def only_problem(text: str, name: str = "nginx-502-refused") -> str:
    recipe, problems = read(text, name)
    assert recipe is None
    assert len(problems) == 1, problems
    return str(problems[0])


def test_a_recipe_starts_what_stands_behind_the_server_first():
    recipe, problems = read(RIGHT)
    assert not problems
    assert [program.name for program in recipe.programs] == ["upstream", "server"]
    assert recipe.server.use == "nginx"
    assert recipe.expect.status == 502
    assert recipe.expect.log == ("connect() failed",)


def test_bytes_of_https_are_those_that_curl_saw():
    assert read(RIGHT)[0].record == "wire"
    assert read(RIGHT.replace("http://@server@/", "https://@server@/"))[0].record == "curl"


def test_words_about_a_recipe_do_not_make_its_capture_old_but_its_configuration_does():
    digest = read(RIGHT)[0].digest
    assert read(RIGHT.replace("立刻回 502。", "马上回 502。"))[0].digest == digest
    assert read(RIGHT.replace("listen @server@;", "listen @server@ backlog=1;"))[0].digest != digest
    assert read(RIGHT.replace("connect() failed", "connect()"))[0].digest != digest


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("code = 502", 'code = "502"', 1, "`code` is not a status code"),
        ("code = 502", "", 1, "`code` is missing"),
        ("code = 502", "code = 42", 1, "`code` is not a status code"),
        ('en = "Nothing listens upstream"', 'fr = "Personne"', 2, "`title`"),
        ('client = "curl -si http://@server@/"', 'client = " "', 4, "`client` is not a shell command"),
        ('use = "nginx"', 'user = "nginx"', 6, "`use` is missing"),
        ("@upstream@", "@upsteam@", 8, "`@upsteam@` stands for nothing"),
        ('log = "connect() failed"', "log = 111", 16, "`log` is not a pattern"),
        ("[expect]", "[expect]\nstatus = 99", 15, "`status` is not a status code or 0"),
        ("[expect]", "[expect]\nstate = 502", 15, "`state` is not a field of `expect`"),
        ("[expect]", '[files]\n"../x" = ""\n\n[expect]', 15, "is not a path below"),
        ("[upstream]", "[up1]", 10, "up1"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, says: str):
    recipe, problems = read(RIGHT.replace(old, new, 1))
    assert recipe is None
    assert any(says in problem.message and problem.line == line for problem in problems), problems


def test_a_closed_connection_needs_a_line_in_a_log():
    silent = RIGHT.replace("[expect]", "[expect]\nstatus = 0")
    assert not read(silent)[1]
    assert "nothing would be seen" in only_problem(silent.replace('log = "connect() failed"\n', "")).lower()


@pytest.mark.parametrize("name", ["502", "status", "Nginx-502", "nginx--502", "nginx-502.old"])
def test_a_file_is_named_by_program_code_and_cause(name: str):
    assert "is not named like a recipe" in only_problem(RIGHT, name)


def test_what_is_not_toml_is_refused_with_its_line():
    assert only_problem(RIGHT.replace("code = 502", "code == 502")).startswith("lab/recipes/nginx-502-refused.toml:1:")
