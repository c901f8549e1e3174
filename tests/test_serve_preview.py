"""The served site without a network: what a path shows, and what follows a change of the sources."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest

from statusbook import preview as preview_module
from statusbook import sources
from statusbook.build import build
from statusbook.preview import CLIENT, Application, Site
from statusbook.problems import Problem

from .book import code_page, prose_page, write_project

CODE = "content/4xx/404.md"


@dataclass
class Answer:
    status: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()


class Preview:
    """A project, its site and the application, with everything that was reported."""

    def __init__(self, root: Path, **options: str | bool) -> None:
        self.root, self.reported = root, list[Problem]()
        self.site = Site(root, self.report, **options)  # type: ignore[arg-type]
        self.site.update()
        self.application = Application(self.site)

    def report(self, problems: Sequence[Problem]) -> None:
        self.reported += problems

    def edit(self, path: str, old: str, new: str) -> frozenset[str]:
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return self.site.update([path])

    def get(self, path: str, method: str = "GET", **environ: str) -> Answer:
        request = {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), **environ}
        setup_testing_defaults(request)
        answer = Answer()

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            answer.status, answer.headers = status, dict(headers)

        answer.body = b"".join(self.application(request, start_response))  # type: ignore[arg-type]
        return answer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


@pytest.fixture
def preview(project: Path) -> Preview:
    return Preview(project)


# --- what a path shows ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/404/", "/404/index.html", "/en/404/", "/guides/gone-or-missing/"])
def test_pages(preview: Preview, path: str) -> None:
    answer = preview.get(path)
    assert answer.status == "200 OK"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_is_the_published_one_with_one_external_script_more(preview: Preview) -> None:
    assert preview.site.plan
    published = preview.site.plan.outputs["404/index.html"].make().decode()
    lines = preview.get("/404/").text.splitlines()
    extra = [line for line in lines if CLIENT in line]
    assert len(extra) == 1
    assert extra[0].startswith(f'<script src="{CLIENT}" ') and extra[0].endswith(" defer></script>")
    assert [line for line in lines if line not in extra] == published.splitlines()
    assert CLIENT not in published


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/static/css/late.css", "text/css; charset=utf-8"),
        ("/static/js/site.js", "text/javascript; charset=utf-8"),
        ("/static/icons/favicon.svg", "image/svg+xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/search/index.json", "application/json"),
        (CLIENT, "text/javascript; charset=utf-8"),
    ],
)
def test_media_types(preview: Preview, path: str, media_type: str) -> None:
    answer = preview.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == ("200 OK", media_type)
    assert b"data-version" not in answer.body or path == CLIENT


@pytest.mark.parametrize(("path", "location"), [("/404", "/404/"), ("/en/404", "/en/404/"), ("/en", "/en/")])
def test_a_missing_slash_is_added(preview: Preview, path: str, location: str) -> None:
    answer = preview.get(path, QUERY_STRING="a=b")
    assert (answer.status, answer.headers["Location"]) == ("301 Moved Permanently", f"{location}?a=b")
    assert preview.get(path).headers["Location"] == location


@pytest.mark.parametrize(
    ("path", "language"), [("/nothing", "zh-CN"), ("/4xx/x/", "zh-CN"), ("/en/no", "en"), ("/en/no/such/page/", "en")]
)
def test_the_not_found_page_is_in_the_language_of_its_place(preview: Preview, path: str, language: str) -> None:
    answer = preview.get(path)
    assert answer.status == "404 Not Found"
    assert f'<html lang="{language}"' in answer.text
    assert CLIENT in answer.text
    assert "ETag" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/site.toml",
        "/../site.toml",
        "/static/../site.toml",
        "/static/../../etc/passwd",
        "//etc/passwd",
        "/..\\site.toml",
        "/%2e%2e/site.toml",
        "/static/css/../../site.toml",
        "/./404/",
        "/404//",
        "/404/\0",
        "/content/4xx/404.md",
        "/statusbook/live.js",
        "//evil.example/404",
        "http://evil.example/404/",
        "",
        "*",
        "/\x80\xff",
    ],
)
def test_nothing_is_read_from_the_disk(preview: Preview, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", None)
    answer = preview.get(path)
    assert answer.status == "404 Not Found"
    assert "Location" not in answer.headers


def test_a_path_that_is_not_utf_8(preview: Preview) -> None:
    request: dict[str, object] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/\xff\xfe"}
    statuses = []
    preview.application(request, lambda status, *_: statuses.append(status))  # type: ignore[arg-type,return-value]
    assert statuses == ["404 Not Found"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get"])
def test_other_methods(preview: Preview, method: str) -> None:
    for path in ("/404/", "/nothing", CLIENT):
        answer = preview.get(path, method)
        assert (answer.status, answer.headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")


@pytest.mark.parametrize("path", ["/404/", "/404", "/nothing", CLIENT])
def test_head_is_get_without_the_body(preview: Preview, path: str) -> None:
    head, get = preview.get(path, "HEAD"), preview.get(path)
    assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_a_browser_that_has_the_page_need_not_get_it_again(preview: Preview) -> None:
    tag = preview.get("/404/").headers["ETag"]
    answer = preview.get("/404/", HTTP_IF_NONE_MATCH=f'"x", W/{tag}')
    assert (answer.status, answer.body, answer.headers["ETag"]) == ("304 Not Modified", b"", tag)
    preview.edit(CODE, "不在这里", "搬走了")
    assert preview.get("/404/", HTTP_IF_NONE_MATCH=tag).status == "200 OK"


def test_a_site_below_a_path_is_served_there(project: Path) -> None:
    preview = Preview(project, base_url="https://example.org/status/book/")
    assert preview.get("/status/book/").status == "200 OK"
    assert preview.get("/status/book/404/").status == "200 OK"
    assert preview.get("/status/book/404").headers["Location"] == "/status/book/404/"
    assert preview.get("/404/").headers["Location"] == "/status/book/404/"
    assert preview.get("/").headers["Location"] == "/status/book/"
    assert preview.get("/nothing").status == "404 Not Found"
    missing = preview.get("/status/book/en/nothing")
    assert missing.status == "404 Not Found" and 'href="/status/book/static/js/site.js' in missing.text


def test_drafts(project: Path) -> None:
    write_project(project, {"content/guides/draft.md": prose_page("草稿", see="[]", draft="true"),
                            "content/guides/draft.en.md": prose_page("Draft")})  # fmt: skip
    assert Preview(project).get("/guides/draft/").status == "404 Not Found"
    assert Preview(project, drafts=True).get("/guides/draft/").status == "200 OK"


# --- what the last build left -----------------------------------------------------------------------


def opened(root: Path, **options: str | bool) -> Preview | None:
    """The site as it is shown before it has been planned, if it is shown then."""
    preview = Preview.__new__(Preview)
    preview.root, preview.reported = root, list[Problem]()
    preview.site = Site(root, preview.report, **options)  # type: ignore[arg-type]
    preview.application = Application(preview.site)
    return preview if preview.site.open() else None


PATHS = ["/", "/404/", "/404", "/en/404/", "/nothing", "/en/nothing", "/static/js/site.js", "/search/index.json"]


def test_what_the_last_build_left_is_shown_before_there_is_a_plan(project: Path) -> None:
    build(project, project / "site")
    preview = opened(project)
    assert preview and preview.site.plan is None
    early = {path: preview.get(path) for path in (*PATHS, CLIENT)}
    preview.site.update()
    assert preview.site.plan
    assert early == {path: preview.get(path) for path in (*PATHS, CLIENT)}
    preview.edit(CODE, "不在这里", "搬走了")
    assert "搬走了" in preview.get("/404/").text


def test_a_site_below_a_path_is_shown_there_from_the_start(project: Path) -> None:
    build(project, project / "site", base_url="https://example.org/docs/")
    assert opened(project) is None, "a site of other links"
    preview = opened(project, base_url="https://example.org/docs/")
    assert preview and preview.site.prefix == "/docs"
    assert preview.get("/docs/404/").status == "200 OK"
    assert preview.get("/404/").headers["Location"] == "/docs/404/"


def test_what_was_built_of_other_sources_is_not_shown(project: Path) -> None:
    assert opened(project) is None, "nothing was built"
    build(project, project / "site")
    (project / CODE).write_text((project / CODE).read_text().replace("不在这里", "搬走了"))
    assert opened(project) is None
    assert opened(project, drafts=True) is None


def test_a_file_that_somebody_has_changed_is_not_believed(project: Path) -> None:
    build(project, project / "site")
    (project / "site/404/index.html").unlink()
    (project / "site/404/index.html").write_text("<script>alert(1)</script>")
    (project / "site/410/index.html").unlink()
    preview = opened(project)
    assert preview and preview.get("/en/404/").status == "200 OK"
    planning = threading.Timer(0.1, preview.site.update)
    planning.start()
    assert "不在这里" in preview.get("/404/").text, "waits for the plan"
    planning.join()
    assert preview.get("/410/").status == "200 OK"


# --- what follows a change --------------------------------------------------------------------------


def test_an_edit_is_shown(preview: Preview) -> None:
    before = preview.site.view("/404/").version
    assert preview.edit(CODE, "不在这里", "搬走了") == {CODE}
    assert "搬走了" in preview.get("/404/").text
    assert preview.site.view("/404/").version != before
    assert preview.reported == []


def test_an_unchanged_page_is_made_once(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    preview.get("/410/")
    preview.get("/404/")
    preview.edit(CODE, "不在这里", "搬走了")
    made: list[str] = []
    original = preview_module._try
    monkeypatch.setattr(preview_module, "_try", lambda output: made.append(output.path) or original(output))
    for path in ("/410/", "/404/", "/410/", "/404/"):
        assert preview.get(path).status == "200 OK"
    assert made == ["404/index.html"]


def test_saving_without_a_change_is_no_change(preview: Preview) -> None:
    plan = preview.site.plan
    assert preview.site.update([CODE, "content/4xx", "content/nothing.md"]) == frozenset()
    assert preview.site.plan is plan


def test_only_changed_files_are_read(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = sources._read

    def recording(root: Path, path: str, problems: list[Problem]) -> sources.Source | None:
        read.append(path)
        return original(root, path, problems)

    monkeypatch.setattr(sources, "_read", recording)
    preview.edit(CODE, "不在这里", "搬走了")
    assert read == [CODE]


def test_a_folder_counts_for_what_is_in_it(preview: Preview) -> None:
    (preview.root / CODE).write_text((preview.root / CODE).read_text().replace("不在这里", "搬走了"))
    assert preview.site.update(["content/4xx"]) == {CODE}


def test_pages_come_and_go(preview: Preview) -> None:
    (preview.root / "content/guides/new.md").write_text(prose_page("新", see="[]"))
    preview.site.update(["content/guides/new.md"])
    assert preview.get("/guides/new/").status == "404 Not Found", "its translation is missing"
    (preview.root / "content/guides/new.en.md").write_text(prose_page("New"))
    preview.site.update(["content/guides/new.en.md"])
    assert preview.get("/guides/new/").status == "200 OK"
    for ending in (".md", ".en.md"):
        (preview.root / f"content/guides/new{ending}").unlink()
    preview.site.update(["content/guides"])
    assert preview.site.problems == ()
    assert preview.get("/guides/new/").status == "404 Not Found"


def test_broken_sources_leave_the_last_good_site(preview: Preview) -> None:
    (preview.root / CODE).write_text(code_page(404, retry="maybe"))
    preview.site.update([CODE])
    assert [problem.path for problem in preview.reported] == [CODE]
    assert "不在这里" in preview.get("/404/").text
    assert preview.get("/en/410/").status == "200 OK"
    assert preview.site.view("/410/").problems == preview.site.problems != ()

    preview.site.update(["static/css/late.css"])
    (preview.root / "static/new.css").write_text("")
    preview.site.update(["static/new.css"])
    assert len(preview.reported) == 1, "reported once"

    (preview.root / CODE).write_text(code_page(404, see="[410, gone-or-missing]", body="## 含义\n\n修好了。"))
    preview.site.update([CODE])
    assert "修好了" in preview.get("/404/").text
    assert preview.site.view("/410/").problems == ()


def test_what_is_edited_while_a_source_is_broken_is_shown_when_it_is_mended(preview: Preview) -> None:
    (preview.root / CODE).write_text(code_page(404, retry="maybe"))
    preview.site.update([CODE])
    preview.edit("content/4xx/410.md", "资源不在这里", "资源搬走了")
    assert "资源搬走了" not in preview.get("/410/").text
    (preview.root / CODE).write_text(code_page(404, title="修好了"))
    preview.site.update([CODE])
    assert "资源搬走了" in preview.get("/410/").text
    assert "修好了" in preview.get("/4xx/").text
    assert preview.site.problems == preview.site.view("/410/").problems == ()


def test_a_mistake_that_is_undone_leaves_nothing(preview: Preview) -> None:
    good, seen, plan = (preview.root / CODE).read_text(), preview.get("/404/").text, preview.site.plan
    for text in (code_page(404, retry="maybe"), good):
        (preview.root / CODE).write_text(text)
        assert preview.site.update([CODE]) == {CODE}
    assert (preview.get("/404/").text, preview.site.problems) == (seen, ())
    assert preview.site.plan is plan


def test_a_title_changes_wherever_it_shows(preview: Preview) -> None:
    for path in ("/", "/4xx/", "/410/", "/guides/gone-or-missing/", "/search/index.json"):
        assert "未找到" in preview.get(path).text, path
    preview.edit(CODE, "title: 未找到", "title: 找不着")
    for path in ("/", "/4xx/", "/404/", "/410/", "/guides/gone-or-missing/", "/search/index.json"):
        assert "找不着" in preview.get(path).text, path
    preview.edit("content/_index.md", "title: 状态码手册", "title: 另一本手册")
    preview.edit("content/4xx/_index.md", "title: 客户端错误", "title: 错在客户端")
    assert "另一本手册" in preview.get("/").text
    assert "错在客户端" in preview.get("/4xx/").text
    assert "错在客户端" in preview.get("/").text


@pytest.mark.parametrize("path", ["static/new.css", "static/icons/new.svg"])
def test_a_new_file_is_served(preview: Preview, path: str) -> None:
    (preview.root / path).write_text("")
    preview.site.update([path])
    assert preview.get(f"/{path}").status == "200 OK"
    (preview.root / path).unlink()
    preview.site.update([path])
    assert preview.get(f"/{path}").status == "404 Not Found"


def test_broken_from_the_start(project: Path) -> None:
    (project / CODE).write_text("<script>alert(1)</script>")
    preview = Preview(project)
    answer = preview.get("/404/")
    assert answer.status == "500 Internal Server Error"
    assert f"{CODE}:1:1: " in answer.text
    assert CLIENT in answer.text
    assert preview.get("/static/css/late.css").status == "500 Internal Server Error"
    assert preview.get(CLIENT).status == "200 OK"
    before = preview.site.view("/404/").version
    write_project(project)
    preview.site.update([CODE])
    assert preview.get("/404/").status == "200 OK"
    assert preview.site.view("/404/").version != before


def test_a_template_that_fails_leaves_the_pages_of_before(preview: Preview) -> None:
    seen = preview.get("/404/").text
    preview.edit("templates/code.html", "{% block main %}", "{% block main %}{{ missing.value }}")
    assert preview.site.problems == ()
    assert preview.get("/404/").text == seen
    assert preview.get("/410/").status == "200 OK", "never seen before"
    assert preview.get("/4xx/").status == "200 OK"
    assert [problem.path for problem in preview.site.view("/404/").problems] == ["templates/code.html"]
    assert preview.site.view("/4xx/").problems == ()
    assert [problem.path for problem in preview.reported] == ["templates/code.html"], "reported once"

    preview.edit("templates/code.html", "missing.value", "also.missing")
    assert preview.get("/410/").status == "200 OK", "still from before the first mistake"
    preview.edit("templates/code.html", "{{ also.missing }}", "mended")
    assert "mended" in preview.get("/404/").text
    assert preview.site.view("/404/").problems == ()


def test_a_template_that_never_worked(project: Path) -> None:
    template = project / "templates/code.html"
    good = template.read_text()
    template.write_text(good + "{% nonsense %}")
    preview = Preview(project)
    answer = preview.get("/404/")
    assert answer.status == "500 Internal Server Error"
    assert "templates/code.html" in answer.text
    template.write_text(good)
    preview.site.update(["templates/code.html"])
    assert preview.get("/404/").status == "200 OK"


def test_a_mistake_of_the_generator_does_not_end_it(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("statusbook.textedit.replan", None)
        preview.edit(CODE, "不在这里", "搬走了")
    assert "the generator failed: TypeError" in str(preview.reported[0])
    assert "不在这里" in preview.get("/404/").text


def test_many_threads_see_whole_pages(preview: Preview) -> None:
    paths = ["/404/", "/410/", "/en/404/", "/en/410/", "/", "/4xx/", "/search/", "/static/css/late.css"]
    wrong: list[str] = []

    def ask() -> None:
        for _ in range(20):
            for path in paths:
                answer = preview.get(path)
                if answer.status != "200 OK" or len(answer.body) != int(answer.headers["Content-Length"]):
                    wrong.append(f"{path}: {answer.status}")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for text in ("一", "二", "三"):
        (preview.root / CODE).write_text(code_page(404, see="[410, gone-or-missing]", body=f"## 含义\n\n{text}。"))
        preview.site.update([CODE])
    for thread in threads:
        thread.join()
    assert wrong == []
    assert "三" in preview.get("/404/").text
