"""The examples for a server: their programs can read them, they keep no log of readers, and they fit the portal."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.intake.door import FIELDS_LIMIT
from xinqiao.intake.shape import SEALED_LIMIT

SERVICES = ("xinqiao-receiver.service", "xinqiao-daily.service", "xinqiao-notices.service")
UNITS = (*SERVICES, "xinqiao-daily.timer", "xinqiao-notices.timer")
GUIDES = ("deployment.md", "deployment.zh.md")
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
    "Referrer-Policy": "no-referrer",
}


@pytest.fixture(scope="module")
def deploy(root: Path) -> Path:
    return root / "deploy"


def read(deploy: Path, name: str) -> str:
    """A file without its comments."""
    return re.sub(r"^\s*#.*$", "", (deploy / name).read_text(encoding="utf-8"), flags=re.MULTILINE)


def unit(deploy: Path, name: str) -> dict[str, dict[str, list[str]]]:
    """The sections of a unit; a key may stand several times."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, read(deploy, name).splitlines())):
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        else:
            key, mark, value = line.partition("=")
            assert mark and re.fullmatch("[A-Za-z]+", key), line
            section.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", UNITS)
def test_units_have_their_sections(name: str, deploy: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(read(deploy, name))
    assert "Unit" in parser and ("Service" in parser or "Timer" in parser)


@pytest.mark.parametrize("name", SERVICES)
def test_units_run_commands_that_there_are(name: str, deploy: Path) -> None:
    commands = [line for line in unit(deploy, name)["Service"]["ExecStart"] if "/xinqiao " in line]
    assert commands
    for line in commands:
        words = line.partition("/xinqiao ")[2].split()
        assert CliRunner().invoke(main, [*words[:2], "--help"]).exit_code == 0, line


def test_the_receiver_may_write_its_store_and_nothing_else(deploy: Path) -> None:
    service = unit(deploy, UNITS[0])["Service"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["ReadWritePaths"] == [f"{service['WorkingDirectory'][0]}/private"]
    assert service["UMask"] == ["0077"]
    # Answers of pages without JavaScript are in clear in memory for a moment.
    assert (service["LimitCORE"], service["MemorySwapMax"]) == (["0"], ["0"])
    assert "127.0.0.1" in service["ExecStart"][0]
    # The receiver ends what is under way within half a minute.
    assert int(service["TimeoutStopSec"][0]) > 30


def test_the_server_keeps_nothing_past_its_time_though_it_learns_of_no_release(deploy: Path) -> None:
    (expire,) = (line for line in unit(deploy, "xinqiao-daily.service")["Service"]["ExecStart"] if "expire" in line)
    assert expire.endswith("intake expire --uncovered")


def test_no_reader_is_logged(deploy: Path) -> None:
    nginx = read(deploy, "nginx.conf")
    servers = nginx.count("server {")
    assert servers == 3
    assert re.findall(r"access_log (.*);", nginx) == ["off"] * servers
    assert re.findall(r"error_log (.*);", nginx) == ["/dev/null"] * servers
    caddy = read(deploy, "Caddyfile")
    assert "exclude http.log.access http.log.error" in caddy
    assert caddy.count("log {") == 1


def test_the_receiver_is_told_one_address_and_no_browser(deploy: Path) -> None:
    nginx, caddy = read(deploy, "nginx.conf"), read(deploy, "Caddyfile")
    assert "X-Forwarded-For $remote_addr;" in nginx and "$proxy_add_x_forwarded_for" not in nginx
    assert 'User-Agent "";' in nginx
    assert "header_up X-Forwarded-For {remote_host}" in caddy and "header_up -User-Agent" in caddy


def test_bodies_fit_and_stay_off_the_disk(deploy: Path) -> None:
    nginx = read(deploy, "nginx.conf")
    (most,), (buffer,) = (re.findall(rf"{name} (\d+)m;", nginx) for name in ("max_body_size", "body_buffer_size"))
    assert int(buffer) >= int(most) and int(most) << 20 >= 2 * max(FIELDS_LIMIT, SEALED_LIMIT)
    assert "proxy_max_temp_file_size 0;" in nginx
    assert "max_size 1MB" in read(deploy, "Caddyfile")


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_both_send_the_headers_that_a_page_cannot_give_itself(name: str, deploy: Path) -> None:
    text = read(deploy, name)
    for header, value in HEADERS.items():
        assert re.search(rf'{header} "{re.escape(value)}"', text), header
    assert "unsafe" not in text


def test_caddy_takes_its_file(deploy: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("Caddy is not on this machine")
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", str(deploy / "Caddyfile")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_takes_its_file(deploy: Path, tmp_path: Path) -> None:
    nginx, openssl = shutil.which("nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx or openssl is not on this machine")
    key, chain = tmp_path / "key.pem", tmp_path / "fullchain.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", chain]
    subprocess.run(made, capture_output=True, timeout=60, check=True)
    site = (deploy / "nginx.conf").read_text(encoding="utf-8").replace("/etc/ssl/xinqiao", str(tmp_path))
    (tmp_path / "site.conf").write_text(re.sub(r"^.*\[::\].*$", "", site, flags=re.MULTILINE))
    whole = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error;\nevents {{}}\nhttp {{ include {tmp_path}/site.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    command = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    # Folders of its own may lack on a machine where it never ran.
    assert "syntax is ok" in done.stderr, done.stderr


def test_braces_are_closed(deploy: Path) -> None:
    for name in ("nginx.conf", "Caddyfile"):
        text = re.sub(r"\{(?:remote_host|[a-z_.]+)\}", "", read(deploy, name))
        assert text.count("{") == text.count("}") > 5


SPOKEN = re.compile(r"xinqiao ((?:keys|verify-live|check|build|release)[a-z -]*)")


def test_the_guide_says_the_same_in_both_languages_and_names_commands_that_there_are(root: Path) -> None:
    guides = [(root / "docs" / "dev" / name).read_text(encoding="utf-8") for name in GUIDES]
    spans = [sorted(re.findall(r"`([^`\n]+)`", guide)) for guide in guides]
    assert spans[0] == spans[1]
    headings = [re.findall("^(#+) ", guide, re.MULTILINE) for guide in guides]
    assert headings[0] == headings[1]
    for guide in guides:
        for words in {tuple(found.split()) for found in SPOKEN.findall(guide)}:
            group = getattr(main.commands[words[0]], "commands", None)
            assert group is None or words[1] in group, words
