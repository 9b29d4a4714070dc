"""The server of a finished site: what it says when a reader leaves, and when something is really wrong."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from xinqiao.site.serve import Server, serving


def test_another_folder_is_served_beside_for_as_long_as_the_block_lasts(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with serving(tmp_path / "staff", "127.0.0.1", port):
        # Built only now, and at once there.
        (tmp_path / "staff").mkdir()
        (tmp_path / "staff" / "index.html").write_text("for staff", encoding="utf-8")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert page.read() == b"for staff"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)


def handled(failure: Exception) -> None:
    server = Server(("127.0.0.1", 0), object, bind_and_activate=False)  # type: ignore[arg-type]
    try:
        raise failure
    except type(failure):
        server.handle_error(None, ("192.0.2.7", 50123))
    finally:
        server.server_close()


@pytest.mark.parametrize(
    "failure", [BrokenPipeError(32, "Broken pipe"), ConnectionResetError(), ConnectionAbortedError()]
)
def test_a_reader_who_leaves_in_the_middle_of_a_page_leaves_no_trace(
    failure: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    handled(failure)
    assert capfd.readouterr() == ("", "")


def test_a_real_fault_is_named_without_the_readers_address(capfd: pytest.CaptureFixture[str]) -> None:
    handled(PermissionError("not for 192.0.2.7"))
    assert capfd.readouterr().err == "serve: PermissionError\n"
