"""One process that has the generators loaded and forks for every run of one, so that a run starts at once.

It is started ahead, does nothing until it is told to, and ends with the process that started it. Where a system
cannot fork, or the workshop is gone, a run is a program of its own: the same in the end, only later.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

# What the runs need, loaded before the first of them.
LOADED = ("pelican", "xinqiao.site.language")
COMPILER = "xinqiao.site.compiled"
ALONE = "import sys, importlib; importlib.import_module(sys.argv[1]).main(sys.argv[2:])"
# Of a message: how many bytes its length takes.
LENGTH = 4
FAILED = 1
# Before the words in which a run says how far it is (the record separator of ASCII).
STEP = "\x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One run of a generator: a Python module with a `main`, its arguments, what it finds in its environment."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


class Run:
    """A run under way: what it says comes from one pipe, its exit code from the other once it has ended."""

    def __init__(self, said: int, ended: int) -> None:
        self._said, self._ended = said, ended

    def finish(self, progress: Callable[[str], None] = lambda _: None) -> tuple[str, int]:
        """Waits for the end of the run; gives what it said, and its exit code.

        `progress` is given, while it runs, how far it says it is.
        """
        text = []
        with open(self._said, encoding="utf-8", errors="replace") as said, open(self._ended, "rb") as ended:  # noqa: PTH123 (pipes)
            for line in said:
                if line.startswith(STEP):
                    progress(line.removeprefix(STEP).strip())
                else:
                    text.append(line)
            code = ended.read()
        # A run that was killed could not say how it ended.
        return "".join(text), code[0] if code else FAILED


def say_step(words: str) -> None:
    """Says, from within a run, how far it is."""
    sys.stdout.write(f"{STEP}{words}\n")
    sys.stdout.flush()


class Workshop:
    """The one of this process; `with` statements have no place for it, as it is to be there from start to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def open(self, project: Path = Path()) -> None:
        """Starts the workshop, where it is not open yet and the system can fork; returns at once.

        `project`: the one whose site is going to be made, as far as it is known.
        """
        with self._lock:
            if self._line is None and hasattr(os, "fork"):
                self._line, theirs = socket.socketpair()
                with theirs:
                    self._process = subprocess.Popen(  # noqa: S603 (this very module)
                        [sys.executable, "-m", __spec__.name, str(theirs.fileno()), str(project)],
                        pass_fds=[theirs.fileno()],
                        env={**os.environ, "PYTHONUTF8": "1"},
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                atexit.register(self.close)

    def close(self) -> None:
        """Ends the workshop; it opens again with the next run."""
        with self._lock:
            if self._line is not None and self._process is not None:
                self._line.close()
                self._process.wait()
            self._line = self._process = None

    def start(self, program: Program) -> Run:
        """Starts a run, in the workshop where there is one."""
        self.open(program.folder)
        said, says = os.pipe()
        ended, ends = os.pipe()
        try:
            if not self._sent(program, says, ends):
                _alone(program, says, ends)
        finally:
            os.close(says)
            os.close(ends)
        return Run(said, ended)

    def _sent(self, program: Program, says: int, ends: int) -> bool:
        job = [program.module, list(program.arguments), _environment(program), str(program.folder)]
        message = json.dumps(job).encode()
        with self._lock:
            if self._line is None:
                return False
            try:
                socket.send_fds(self._line, [len(message).to_bytes(LENGTH)], [says, ends])
                self._line.sendall(message)
            except OSError:
                return False
        return True


WORKSHOP = Workshop()


def _environment(program: Program) -> Mapping[str, str]:
    """What a run finds in its environment: this process's, and what it is told."""
    own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "400"}
    return {**os.environ, **own, **program.environment}


def _alone(program: Program, says: int, ends: int) -> None:
    """A run as a program of its own, waited for by a thread."""
    process = subprocess.Popen(  # noqa: S603 (a fixed module to run, with paths of this project)
        [sys.executable, "-c", ALONE, program.module, *program.arguments],
        cwd=program.folder,
        env=dict(_environment(program)),
        stdin=subprocess.DEVNULL,
        stdout=says,
        stderr=subprocess.STDOUT,
    )
    kept = os.dup(ends)

    def wait() -> None:
        os.write(kept, bytes([process.wait() & 0xFF]))
        os.close(kept)

    threading.Thread(target=wait).start()


def _serve(line: socket.socket, project: Path) -> None:
    """Forks for every run that is asked for, until whoever asks is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _load(project)
    # What is loaded is never looked at again by the collector, and so stays one copy for all runs.
    gc.freeze()
    while message := _message(line):
        content, pipes = message
        if os.fork() == 0:
            line.close()
            _run(content, *pipes)
        for pipe in pipes:
            os.close(pipe)
        _reap(os.WNOHANG)
    _reap(0)


def _load(project: Path) -> None:
    """Loads what runs need; where something cannot be, the run that asks for it says so."""
    # A template that is no text (ValueError), a theme that is not installed (LookupError): the run tells it better.
    with contextlib.suppress(ImportError, OSError, ValueError, LookupError):
        for name in LOADED:
            import_module(name)
        import_module(COMPILER).compile_theme(project)


def _message(line: socket.socket) -> tuple[bytes, list[int]] | None:
    """What is asked for, with the pipes that it comes with; None once nobody asks any more."""
    head, pipes, _, _ = socket.recv_fds(line, LENGTH, 2)
    content = b""
    while len(content) < int.from_bytes(head):
        more = line.recv(int.from_bytes(head) - len(content))
        if not more:
            return None
        content += more
    return (content, pipes) if head else None


def _reap(options: int) -> None:
    """Takes note of runs that have ended, so that their time is counted to whoever waits for the workshop."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _run(message: bytes, says: int, ends: int) -> None:
    """One run, in a process of its own, to its end."""
    module, arguments, environment, folder = json.loads(message)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(says, 1)
    os.dup2(says, 2)
    os.close(says)
    sys.dont_write_bytecode = True
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [module, *arguments]
    code = FAILED
    try:
        import_module(module).main(arguments)
        code = 0
    except SystemExit as end:
        code = _code(end)
    except BaseException:  # the last frame of a process: whatever failed is told
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(ends, bytes([code]))
        os._exit(code)


def _code(end: SystemExit) -> int:
    if isinstance(end.code, str):
        sys.stderr.write(f"{end.code}\n")
        return FAILED
    return (end.code or 0) & 0xFF


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
