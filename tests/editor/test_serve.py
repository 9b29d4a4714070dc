"""The desk over HTTP: who is let in, what the pages say, what no other page of the browser can do."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang, Text
from xinqiao.publish_settings import Method, Publishing
from xinqiao.site.editor.contents import Contents
from xinqiao.site.editor.host import Author, Host
from xinqiao.site.editor.serve import Made, desk_serving
from xinqiao.site.editor.work import Work

from ..pages.conftest import free_ports

TOKEN = "not-to-be-guessed"  # noqa: S105 - the path of a server of the test

TITLE = Text.of(zh="心桥", en="Xinqiao")
MADE = Made(files=("docs/a.yml",), entry="/collections/events/entries/a")


@dataclass(slots=True)
class Stub:
    host: Host
    check: Work = field(default_factory=Work)
    publication: Work = field(default_factory=Work)
    preview: str = "http://127.0.0.1:1/"
    title: Text = TITLE
    publishing: Publishing | None = None
    made: Made = MADE
    age: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    def config(self, lang: Lang, api: str) -> Mapping[str, object]:
        return {"lang": lang, "api": api, "words": "</script><b>"}

    def offers(self) -> Mapping[str, object]:
        walk = {"walk": Text.of(zh="走走", en="A <walk>")}
        return {"events": walk, "registration": walk, "feedback": walk}

    def make(self, given: Mapping[str, str]) -> Made:
        self.given = given
        return self.made

    def begin_check(self) -> None:
        self.check.begin("x")

    def begin_publication(self) -> None:
        self.publication.begin("x")

    def waiting(self) -> Mapping[str, object]:
        return {"settings": self.publishing, "site": "https://x.example.edu/", "changed": (), "drafts": ("d.zh.md",)}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Served:
    desk: Stub
    port: int

    def ask(self, path: str, body: str | None = None, **headers: str) -> Answer:
        given = {"Host": f"127.0.0.1:{self.port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            given = {"Origin": f"http://127.0.0.1:{self.port}"} | given
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET" if body is None else "POST", path, body=body, headers=given)
        answer = connection.getresponse()
        found = Answer(answer.status, dict(answer.headers), answer.read().decode("utf-8", "replace"))
        connection.close()
        return found

    def page(self, path: str) -> Answer:
        return self.ask(f"/{TOKEN}/{path}")


@pytest.fixture
def served(contents: Contents) -> Iterator[Served]:
    host = Host(contents=contents, author=Author(name="x", mail="x@y"), committed=lambda *_: None)
    desk, port = Stub(host), free_ports()
    with desk_serving(desk, "127.0.0.1", port, TOKEN):
        yield Served(desk, port)


def test_without_the_address_there_is_nothing(served: Served) -> None:
    assert [served.ask(path).status for path in ("/", "/zh/", "/api/v1/version", f"/{TOKEN}x/")] == [404] * 4


def test_the_first_page_leads_to_the_readers_language(served: Served) -> None:
    assert served.page("").headers["Location"] == f"/{TOKEN}/zh/"
    assert served.ask(f"/{TOKEN}/", Accept_Language="en-GB,zh").headers["Location"] == f"/{TOKEN}/en/"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_a_name_that_leads_here_opens_nothing(served: Served, host: str) -> None:
    assert served.ask(f"/{TOKEN}/zh/", Host=host).status in {400, 421}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("path", ["zh/publish/", "zh/new/", "api/v1/repos/local/portal/contents"])
def test_no_other_page_of_the_browser_can_write(served: Served, origin: str, path: str) -> None:
    assert served.ask(f"/{TOKEN}/{path}", "{}", Origin=origin).status == 403
    assert not served.desk.publication.running


def test_the_editors_page_holds_its_configuration_and_asks_nobody_else(served: Served) -> None:
    page = served.page("zh/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy.replace("https", "http")
    document = json.loads(page.text.partition('id="editor-config">')[2].partition("</script>")[0])
    assert document["config"]["api"] == f"http://127.0.0.1:{served.port}/{TOKEN}/api/v1"
    assert document["locale"] == "zh-CN"
    assert "http://" not in page.text.replace(f"http://127.0.0.1:{served.port}", "").replace(served.desk.preview, "")


@pytest.mark.parametrize("name", ["sveltia.js", "before.js", "start.js", "admin.css"])
def test_its_files_are_served(served: Served, name: str) -> None:
    assert served.page(f"static/{name}").status == 200


@pytest.mark.parametrize(
    "name", ["base.html", "../site/root.html", "%2e%2e/site/preview.js", ".x.js", "", "assets", "a//b.js"]
)
def test_no_other_files_are(served: Served, name: str) -> None:
    assert served.page(f"static/{name}").status == 404


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("kind", ["event", "recap", "article", "policy", "<b>"])
def test_the_form_for_something_new(served: Served, lang: Lang, kind: str) -> None:
    page = served.page(f"{lang}/new/?kind={kind}")
    assert page.status == 200
    assert f'lang="{lang.tag}"' in page.text
    assert "<b>" not in page.text


def test_the_pages_say_how_old_the_preview_is(served: Served) -> None:
    assert "还在建" in served.page("zh/check/").text
    served.desk.age = 90
    assert "2 minutes ago" in served.page("en/check/").text


def test_what_was_made_is_told_with_the_way_on(served: Served) -> None:
    page = served.ask(f"/{TOKEN}/zh/new/", "kind=event&title_zh=%E6%98%A5")
    assert served.desk.given["title_zh"] == "春"
    assert f"/{TOKEN}/zh/#/collections/events/entries/a" in page.text


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(served: Served) -> None:
    lacking = Problem(code="new-lacks", params={"options": "title"})
    served.desk.made = Made(problems=(lacking,))
    page = served.ask(f"/{TOKEN}/en/new/", "kind=event&title_zh=%E6%98%A5&what_en=%3Cb%3E&ready=yes")
    assert lacking.message(Lang.EN) in page.text.replace("&#34;", '"').replace("&#39;", "'")
    assert 'value="春"' in page.text
    assert "&lt;b&gt;</textarea>" in page.text
    assert 'value="yes" checked' in page.text


def test_a_check_begins_renews_its_page_and_tells_by_file(served: Served) -> None:
    assert served.ask(f"/{TOKEN}/zh/check/", "").status == 303
    assert 'http-equiv="refresh"' in served.page("zh/check/").text
    problem = Problem(code="editor-path", place=Place(file="docs/<x>.md", line=3))
    served.desk.check.end(Text.of(zh="有问题", en="Problems"), [problem])
    page = served.page("en/check/").text
    assert "refresh" not in page
    assert "docs/&lt;x&gt;.md" in page
    assert "line 3" in page
    assert problem.message(Lang.EN) in page
    assert "check again" in page, "the content is not that of the check"


def test_publication_tells_its_steps_and_how_it_ended(served: Served) -> None:
    served.desk.publishing = Publishing(method=Method.FOLDER, target="out")
    assert "d.zh.md" in served.page("zh/publish/").text
    served.ask(f"/{TOKEN}/zh/publish/", "")
    served.desk.publication.step(Text.of(zh="第一步", en="Step one"))
    running = served.page("zh/publish/").text
    assert "第一步" in running
    assert 'http-equiv="refresh"' in running
    assert "<button" not in running
    served.desk.publication.end(Text.of(zh="已经上线", en="It is live"))
    assert "It is live" in served.page("en/publish/").text


def test_a_portal_that_says_nothing_of_publishing_is_told_how(served: Served) -> None:
    page = served.page("en/publish/").text
    assert "docs/dev/editor.md" in page
    assert "<button" not in page


def test_a_body_that_is_too_long_is_refused_and_its_sender_told(served: Served) -> None:
    long = "x=" + "y" * 8_000_000
    assert served.ask(f"/{TOKEN}/zh/new/", long).status == 413
    # Whoever is refused hears it, however much they were sending.
    assert served.ask(f"/{TOKEN}/zh/new/", long, Origin="http://elsewhere.test").status == 403
    assert served.ask("/elsewhere/", long).status == 404
