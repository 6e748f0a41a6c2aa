"""``swapscope serve`` and ``swapscope demo``: everything on one machine, started in order and stopped together.

Started: the broker, the workers (long jobs, quick jobs, Explore), then the site. Each is a process in a session of its
own, so that Ctrl-C reaches only this one, which stops them in reverse order, by process id. Production starts the same
commands in containers (docker-compose.yml) and does not use this file's processes.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import httpx
import redis
from pydantic import ValidationError

from backend.settings import Settings
from demo import show_example
from processes import WORKERS, CannotStart, Process, broker_command, broker_program, say, web_command, worker_command

LONGEST_SOCKET_PATH = 100  # bytes; the system allows 107
READY_SECONDS = 90.0


def hold_data_folder(settings: Settings) -> IO[str]:
    """Lock the data folder for this process; the lock goes when the returned file is closed or the process ends.

    Raises:
        CannotStart: when another Swapscope uses the folder; says which.
    """
    settings.make_folders()
    file = (settings.data_dir / ".lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise CannotStart(f"The folder {settings.data_dir} is in use: {file.read() or 'by another program'}.") from None
    file.truncate(0)
    file.write(f"Swapscope runs there as process {os.getpid()}, see {settings.api_url}")
    file.flush()
    return file


def check_address(settings: Settings) -> None:
    """Raises CannotStart when the address is taken, or open to others without a token."""
    if not settings.local_only and not settings.token:
        raise CannotStart(
            f"Listening on {settings.host} lets other machines in. Set SWAPSCOPE_TOKEN to a long random text first."
        )
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"Port {settings.port} cannot be used ({error.strerror}). Choose one by --port."
            ) from None


class Launcher:
    """All processes of one data folder."""

    def __init__(self, settings: Settings, *, embedded_broker: bool) -> None:
        """Nothing is started before ``start``."""
        self._temporary: str | None = None
        self.processes: list[Process] = []
        logs = settings.logs_dir
        if embedded_broker:
            folder = settings.data_dir / "broker"
            folder.mkdir(mode=0o700, exist_ok=True)
            path = str(folder / "broker.sock")
            if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
                self._temporary = tempfile.mkdtemp(prefix="swapscope-")
                path = f"{self._temporary}/broker.sock"
            settings = Settings(**{**settings.model_dump(), "broker": f"unix://{path}?db=0"})
            self.processes.append(Process("broker", broker_command(broker_program(), path, str(folder)), {}, logs))
        self.settings = settings
        environment = settings.environment()
        for name, (queues, pool) in WORKERS.items():
            self.processes.append(Process(name, worker_command(name, queues, pool), environment, logs))
        web = web_command(settings.host, settings.port)
        self.processes.append(Process("web", web, environment, logs))
        self.client = httpx.Client(base_url=settings.api_url, timeout=10, headers=self._headers(), trust_env=False)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.settings.token}"} if self.settings.token else {}

    def start(self, stop: threading.Event) -> None:
        """Start the broker, then all others.

        Raises:
            CannotStart: when the broker does not come up.
        """
        for process in self.processes:
            process.start()
            if process.name == "broker":
                self._await_broker(stop)

    def _await_broker(self, stop: threading.Event) -> None:
        connection = redis.Redis.from_url(self.settings.broker)
        until = time.monotonic() + 20
        while time.monotonic() < until and not stop.is_set():
            with contextlib.suppress(redis.RedisError, OSError):
                if connection.ping():
                    return
            time.sleep(0.02)
        if not stop.is_set():
            raise CannotStart(f"The broker does not answer; its log is {self.settings.logs_dir / 'broker.log'}.")

    def health(self) -> dict[str, Any] | None:
        """What ``GET /api/health`` says, None while it does not answer."""
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answer: dict[str, Any] = self.client.get("/api/health").json()
            return answer
        return None

    def _look_after_all(self) -> bool:
        kept = [process.look_after() for process in self.processes]
        return all(kept)

    def keep_running(self, stop: threading.Event) -> bool:
        """Look after all processes until ``stop``; False when one cannot be kept running."""
        while not stop.wait(0.2):
            if not self._look_after_all():
                return False
        return True

    def await_ready(self, stop: threading.Event) -> bool:
        """Wait until all of it is ready; False when stopped, when a process fails or when it takes too long."""
        until = time.monotonic() + READY_SECONDS
        health: dict[str, Any] | None = None
        while time.monotonic() < until and not stop.wait(0.1):
            health = self.health()
            if health is not None and health.get("ok"):
                return True
            if not self._look_after_all():
                return False
        if not stop.is_set():
            missing = ", ".join(health.get("missing", [])) if health else "the site"
            say(f"not ready after {READY_SECONDS:g} s; no answer from: {missing} (logs: {self.settings.logs_dir})")
        return False

    def stop(self) -> None:
        """Stop the site, then the workers, then the broker; takes a few seconds at most."""
        for names, seconds in ((("web",), 4.0), (tuple(WORKERS), 6.0), (("broker",), 5.0)):
            group = [process for process in self.processes if process.name in names]
            for process in group:
                process.ask_to_stop()
            for process in group:
                process.wait(seconds)
        self.client.close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def run(settings: Settings, *, embedded_broker: bool, with_demo: bool) -> int:
    """Start, say where it is, stay until Ctrl-C or SIGTERM, stop. Returns the exit code.

    Raises:
        CannotStart: when something is missing or in use.
    """
    check_address(settings)
    stop, began = threading.Event(), time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with hold_data_folder(settings):
        launcher = Launcher(settings, embedded_broker=embedded_broker)
        try:
            launcher.start(stop)
            well = launcher.await_ready(stop)
            if well:
                say(f"ready after {time.monotonic() - began:.1f} s; data in {settings.data_dir}; Ctrl-C stops it")
                say(f"open {settings.api_url}")
                if with_demo:
                    threading.Thread(target=show_example, args=(launcher.client, stop, say), daemon=True).start()
                well = launcher.keep_running(stop)
        finally:
            stop.set()
            say("stopping")
            launcher.stop()
    say("stopped")
    return 0 if well else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see ``swapscope --help``."""
    parser = argparse.ArgumentParser(prog="swapscope", description="Find out how a network makes a memory error.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (("serve", "start Swapscope"), ("demo", "start Swapscope and run the example study")):
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("--host", help="address to listen on (127.0.0.1)")
        command.add_argument("--port", type=int, help="port to listen on (8050)")
        command.add_argument("--data-dir", type=Path, help="folder of everything that is kept (./data)")
    given = vars(parser.parse_args(arguments))
    command_name = given.pop("command")
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        embedded = not os.environ.get("SWAPSCOPE_BROKER")
        return run(settings, embedded_broker=embedded, with_demo=command_name == "demo")
    except (CannotStart, ValidationError) as error:
        say(str(error))
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
