"""A site as it is served beside the manifest of its build: nothing that a host changes stays unseen."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from xinqiao.core.problem import ExitCode, Problem, XinqiaoError
from xinqiao.intake.receiver import receiver_app, running
from xinqiao.site.live import STRANGER, differences, receiver_faults
from xinqiao.site.manifest import MANIFEST, Stamp, build_moment, read_manifest, write_manifest

GOOD = {"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff"}
STAMP = Stamp(moment=datetime(2026, 11, 22, tzinfo=UTC), commit="c" * 40)
FILES = {
    "index.html": "<!doctype html><p>root",
    "zh/index.html": "<!doctype html><p>首页",
    "zh/forms/心 情/index.html": "<!doctype html><form data-seal='seal.js'>",
    "zh/assets/seal.js": "seal()",
    "zh/assets/a.css": "p{}",
    "zh/404.html": "<!doctype html><p>missing",
    "help-now/index.html": "<!doctype html><p>110",
}
Change = Callable[[Path, dict[str, str]], None]


class Host(SimpleHTTPRequestHandler):
    """A static host with headers of its own."""

    more: Mapping[str, str] = {}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def end_headers(self) -> None:
        for name, value in self.more.items():
            self.send_header(name, value)
        super().end_headers()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    write_manifest(tmp_path / "site", STAMP)
    return tmp_path / "site"


@pytest.fixture
def host(site: Path) -> Iterator[tuple[str, dict[str, str]]]:
    headers = dict(GOOD)
    kind = type("Changed", (Host,), {"more": headers})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(kind, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", headers
        server.shutdown()
        thread.join()


def found(address: str, site: Path) -> list[Problem]:
    return list(differences(address, read_manifest(site / MANIFEST), lambda _: None))


def told(address: str, site: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.place.file) for problem in found(address, site)]


def test_an_honest_host_has_no_difference(host: tuple[str, dict[str, str]], site: Path) -> None:
    assert told(host[0], site) == []
    assert told(f"{host[0]}/", site) == []
    assert read_manifest(site / MANIFEST).parts.keys() == FILES.keys()


def test_each_change_is_told_with_its_file(host: tuple[str, dict[str, str]], site: Path) -> None:
    script = site / "zh" / "assets" / "seal.js"
    kept = read_manifest(site / MANIFEST)
    script.write_text("seal();steal()")
    (site / "zh" / "assets" / "a.css").unlink()
    (site / "help-now" / "index.html").write_text("<!doctype html><p>111")
    problems = list(differences(host[0], kept, lambda _: None))
    assert [(one.code, one.place.file) for one in problems] == [
        ("live-changed", "help-now/index.html"),
        ("live-missing", "zh/assets/a.css"),
        ("live-changed", "zh/assets/seal.js"),
    ]
    assert {one.entry.exit_code for one in problems} == {ExitCode.SITE}


def test_a_page_that_leads_away_is_told_and_not_followed(host: tuple[str, dict[str, str]], site: Path) -> None:
    kept = read_manifest(site / MANIFEST)
    # A folder without its page: this host then lists it; a page where a folder was: it leads there.
    (site / "zh" / "404.html").unlink()
    (site / "zh" / "404.html").mkdir()
    (problem,) = differences(host[0], kept, lambda _: None)
    assert (problem.code, problem.place.file, problem.params["status"]) == ("live-missing", "zh/404.html", 301)


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("Set-Cookie", "id=1", "live-header-harmful"),
        ("NEL", '{"report_to": "x"}', "live-header-harmful"),
        ("Link", "<https://x.test/a.css>; rel=stylesheet", "live-header-harmful"),
        ("Refresh", "0; url=https://x.test/", "live-header-harmful"),
        ("Speculation-Rules", '"/cdn-cgi/speculation"', "live-header-harmful"),
        ("Content-Security-Policy-Report-Only", "img-src 'none'; report-uri https://x.test/", "live-header-harmful"),
        ("Content-Security-Policy", "frame-ancestors 'none'; Report-URI https://x.test/", "live-header-harmful"),
        ("Content-Security-Policy", "", "live-header-missing"),
        ("X-Content-Type-Options", "", "live-header-missing"),
    ],
)
def test_headers_that_harm_or_lack_are_told_once(
    header: str, value: str, code: str, host: tuple[str, dict[str, str]], site: Path
) -> None:
    address, headers = host
    headers[header] = value
    (problem,) = found(address, site)
    assert problem.code == code
    assert str(problem.params["header"]).startswith(header)


def test_a_wrong_type_is_told(host: tuple[str, dict[str, str]], site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleHTTPRequestHandler.extensions_map, ".js", "text/plain")
    (problem,) = found(host[0], site)
    assert (problem.code, problem.params["found"]) == ("live-type", "text/plain")


def test_another_build_is_told_as_such(host: tuple[str, dict[str, str]], site: Path, tmp_path: Path) -> None:
    own = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    own["commit"] = "d" * 40
    (tmp_path / "own.json").write_text(json.dumps(own), encoding="utf-8")
    (problem,) = differences(host[0], read_manifest(tmp_path / "own.json"), lambda _: None)
    assert (problem.code, problem.params["commit"], problem.params["own"]) == ("live-other-build", "c" * 12, "d" * 12)


def test_a_host_that_does_not_answer_is_another_systems_failure(site: Path) -> None:
    with pytest.raises(XinqiaoError, match="live-unreachable") as error:
        found("http://127.0.0.1:9", site)
    assert error.value.exit_code is ExitCode.OTHER_SYSTEM


def test_plain_http_is_told_before_anything_is_asked(site: Path) -> None:
    assert next(iter(differences("http://portal.example", read_manifest(site / MANIFEST), print))).code == "live-plain"


class Receiver(BaseHTTPRequestHandler):
    """Answers as the receiver does behind its proxy; a test changes what."""

    lets_in: Mapping[str, str] = {}
    more: Mapping[str, str] = {}
    status: Mapping[str, int] = {}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.send_response(self.status.get(self.path, 200 if self.path in {"/healthz", "/readyz"} else 404))
        for name, value in {"X-Content-Type-Options": "nosniff", **self.more}.items():
            self.send_header(name, value)
        self.end_headers()

    def do_OPTIONS(self) -> None:
        self.send_response(200)
        if allowed := self.lets_in.get(self.headers["Origin"], self.lets_in.get("")):
            self.send_header("Access-Control-Allow-Origin", allowed)
        self.end_headers()


SITE = "https://portal.example"
USUAL = {SITE: SITE}


@pytest.mark.parametrize(
    ("lets_in", "more", "status", "codes"),
    [
        (USUAL, {}, {}, []),
        (USUAL, {}, {"/readyz": 503}, ["live-receiver-ill"]),
        (USUAL, {}, {"/healthz": 502, "/readyz": 502}, ["live-receiver-ill", "live-receiver-ill"]),
        (USUAL, {}, {"/readyz": 302}, ["live-receiver-ill"]),
        (USUAL, {"Set-Cookie": "id=1"}, {}, ["live-header-harmful"]),
        (USUAL, {"X-Content-Type-Options": ""}, {}, ["live-header-missing"]),
        ({}, {}, {}, ["live-receiver-shut"]),
        ({SITE: "https://other.example"}, {}, {}, ["live-receiver-shut"]),
        ({"": "*"}, {}, {}, ["live-receiver-open"]),
        ({**USUAL, STRANGER: STRANGER}, {}, {}, ["live-receiver-open"]),
    ],
    ids=["usual", "not ready", "down", "leads away", "cookie", "no nosniff", "shut", "another site", "all", "echoes"],
)
def test_what_is_wrong_with_a_receiver_is_told(
    lets_in: dict[str, str], more: dict[str, str], status: dict[str, int], codes: list[str]
) -> None:
    kind = type("Changed", (Receiver,), {"lets_in": lets_in, "more": more, "status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        problems = list(receiver_faults(f"http://127.0.0.1:{server.server_address[1]}", f"{SITE}/portal/"))
        server.shutdown()
        thread.join()
    assert [problem.code for problem in problems] == codes
    assert all(SITE in str(one.params["origin"]) for one in problems if "origin" in one.params)


def test_our_own_receiver_lacks_only_what_the_proxy_before_it_adds(tmp_path: Path) -> None:
    with running(receiver_app(tmp_path / "store.db", {}, origin=SITE), "127.0.0.1", 0) as address:
        (problem,) = receiver_faults(address, f"{SITE}/")
        assert (problem.code, problem.params["header"]) == ("live-header-missing", "X-Content-Type-Options: nosniff")
        assert [one.code for one in receiver_faults(address, "https://other.example/")][1:] == ["live-receiver-shut"]


def test_a_receiver_that_does_not_answer_is_another_systems_failure() -> None:
    with pytest.raises(XinqiaoError, match="live-unreachable"):
        list(receiver_faults("http://127.0.0.1:9", SITE))


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"version": 2}', '{"version": 1, "source_date_epoch": 1, "commit": "", "files": {"a": 1}}'],
)
def test_what_is_no_manifest_is_told(text: str, tmp_path: Path) -> None:
    with pytest.raises(XinqiaoError, match="manifest-missing"):
        read_manifest(tmp_path / "m.json")
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(XinqiaoError, match="manifest-unreadable"):
        read_manifest(tmp_path / "m.json")


def test_the_moment_of_a_build_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")
    assert build_moment() == datetime.fromtimestamp(1795392000, UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(XinqiaoError, match="build-moment"):
        build_moment()
    late = Stamp(moment=datetime(2026, 11, 21, 17, tzinfo=UTC))
    assert late.day.isoformat() == "2026-11-22"


def test_the_built_site_holds_a_manifest_of_all_its_files(built: Path) -> None:
    made = read_manifest(built / MANIFEST)
    files = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert made.parts.keys() == files - {MANIFEST}
