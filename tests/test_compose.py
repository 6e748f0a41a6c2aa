"""docker-compose.yml starts the same programs as ``swapscope serve``, with settings that exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from backend.settings import ENV_PREFIX, Settings
from processes import BROKER_OPTIONS, WORKERS, web_command, worker_command

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OWN = {"web", "cpu", "gpu", "quick", "probe"}
SECRETS = {"SWAPSCOPE_TOKEN": "t" * 32, "POSTGRES_PASSWORD": "p"}


def test_the_commands_are_the_launcher_s():
    assert SERVICES["broker"]["command"] == ["valkey-server", *BROKER_OPTIONS]
    assert SERVICES["web"]["command"] == web_command("0.0.0.0", 8050)
    for name, pool in (("cpu", "threads"), ("gpu", "threads"), ("quick", "threads"), ("probe", "solo")):
        assert SERVICES[name]["command"] == worker_command(name, name, pool)


def test_the_same_queues_are_served():
    embedded = {(queue, pool) for queues, pool in WORKERS.values() for queue in queues.split(",")}
    workers = [SERVICES[name]["command"] for name in OWN - {"web"}]
    assert {(command[command.index("-Q") + 1], command[command.index("-P") + 1]) for command in workers} == embedded


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_setting_exists_and_means_what_it_says(name):
    environment = SERVICES[name]["environment"]
    fields = {f"{ENV_PREFIX}{field.upper()}" for field in Settings.model_fields}
    assert set(environment) <= fields
    given = {
        key: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: SECRETS[found[1]], environment[key]) for key in environment
    }
    values = {key.removeprefix(ENV_PREFIX).lower(): value for key, value in given.items()}
    settings = Settings(**values)
    assert settings.token == SECRETS["SWAPSCOPE_TOKEN"]
    assert settings.celery_broker == "redis://broker:6379/0"
    assert settings.database_url.startswith("postgresql+psycopg://")


def test_a_token_is_required_and_everybody_is_watched():
    assert ":?" in SERVICES["web"]["environment"]["SWAPSCOPE_TOKEN"]
    for service in SERVICES.values():
        assert "healthcheck" in service
        for volume in service["volumes"]:
            assert volume.split(":")[0] in COMPOSE["volumes"]
        for needed in service.get("depends_on", {}):
            assert needed in SERVICES


def test_the_image_has_every_file_that_it_copies():
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY "):
            for source in line.split()[1:-1]:
                if source != "server.py":
                    assert (ROOT / source).exists(), source


def test_docker_compose_itself_reads_the_file():
    if shutil.which("docker") is None:
        pytest.skip("there is no docker program here")
    command = ["docker", "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    answer = subprocess.run(command, env={**os.environ, **SECRETS}, capture_output=True, text=True, check=False)
    if "is not a docker command" in answer.stderr or "unknown" in answer.stderr:
        pytest.skip("docker has no compose here")
    assert answer.returncode == 0, answer.stderr
    bare = {key: value for key, value in os.environ.items() if key not in SECRETS}
    assert subprocess.run(command, env=bare, capture_output=True, check=False).returncode != 0
