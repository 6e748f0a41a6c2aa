"""Everything a person can set about a running Swapscope, read from environment variables named ``SWAPSCOPE_*``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_PREFIX = "SWAPSCOPE_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Where the data lies, which broker and database serve, and how jobs are watched.

    Attributes:
        data_dir: folder of everything that must survive a restart: database, artifacts, checkpoints, logs.
        broker: ``redis://host:port/db`` or ``unix:///path/to/socket?db=0``; empty means the embedded broker's socket.
        database_url: an SQLAlchemy URL; empty means SQLite in ``data_dir``.
        host: address the site listens on.
        port: port the site listens on.
        token: what a client must present when the site can be reached from other machines.
        max_upload_bytes: largest file that may be uploaded.
        api_url: where the frontend finds the API; empty means the same site.
        lease_seconds: a running job without a sign of life for this long is given to another worker.
        max_attempts: how many times a job may die unexpectedly before it counts as failed.
        extra_kinds: modules, separated by commas, whose ``KINDS`` add kinds of jobs.
    """

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    broker: str = ""
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=0, le=65535)
    token: str | None = None
    max_upload_bytes: int = Field(default=200 * 1024**2, gt=0)
    api_url: str = ""
    lease_seconds: float = Field(default=6.0, gt=1.0)
    max_attempts: int = Field(default=3, ge=1)
    extra_kinds: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Derive what was left empty from ``data_dir``, ``host`` and ``port``."""
        filled = {key: value for key, value in given.items() if value not in ("", None)}
        folder = Path(filled.get("data_dir", "data")).expanduser().resolve()
        filled["data_dir"] = folder
        filled.setdefault("broker", f"unix://{folder / 'broker' / 'broker.sock'}?db=0")
        filled.setdefault("database_url", f"sqlite:///{folder / 'swapscope.db'}")
        host = str(filled.get("host", "127.0.0.1"))
        reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        reached = f"[{reached}]" if ":" in reached else reached
        filled.setdefault("api_url", f"http://{reached}:{filled.get('port', 8050)}")
        return filled

    @property
    def celery_broker(self) -> str:
        """The broker's address in Celery's spelling."""
        if not self.broker.startswith("unix://"):
            return self.broker
        path, _, query = self.broker.removeprefix("unix://").partition("?")
        return f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or '0'}"

    @property
    def artifacts_dir(self) -> Path:
        """Folder of results and weights."""
        return self.data_dir / "artifacts"

    @property
    def checkpoints_dir(self) -> Path:
        """Folder of what unfinished jobs go on from."""
        return self.data_dir / "checkpoints"

    @property
    def logs_dir(self) -> Path:
        """Folder of the logs of processes and of jobs."""
        return self.data_dir / "logs"

    @property
    def uploads_dir(self) -> Path:
        """Folder of the files people gave, as they gave them."""
        return self.data_dir / "uploads"

    def job_log(self, job_id: str) -> Path:
        """The log of one job, all its attempts."""
        return self.logs_dir / f"job-{job_id}.log"

    def checkpoint(self, job_id: str) -> Path:
        """The folder one job goes on from after an interruption."""
        return self.checkpoints_dir / job_id

    def make_folders(self) -> None:
        """Create the folders under ``data_dir``, readable by their owner only."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.artifacts_dir, self.checkpoints_dir, self.logs_dir, self.uploads_dir):
            folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def local_only(self) -> bool:
        """Whether the site can be reached from this machine only."""
        return self.host in LOOPBACK

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a child process."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {f"{ENV_PREFIX}{name.upper()}": str(value) for name, value in values.items()}
