"""Settings come from the environment, and every child process gets the same."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from backend.settings import Settings


def test_what_is_left_empty_follows_from_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SWAPSCOPE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SWAPSCOPE_PORT", "8123")
    monkeypatch.setenv("SWAPSCOPE_TOKEN", "")
    settings = Settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/swapscope.db"
    assert settings.broker == f"unix://{tmp_path}/broker/broker.sock?db=0"
    assert settings.celery_broker == f"redis+socket://{tmp_path}/broker/broker.sock?virtual_host=0"
    assert settings.api_url == "http://127.0.0.1:8123"
    assert settings.token is None
    assert settings.max_upload_bytes == 200 * 1024**2


def test_the_environment_of_a_child_says_the_same(tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path, broker="redis://redis:6379/1", host="0.0.0.0", token="t" * 20)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
    assert settings.celery_broker == settings.broker
    assert settings.api_url == "http://127.0.0.1:8050"
    assert not settings.local_only


def test_nonsense_is_refused():
    with pytest.raises(ValidationError):
        Settings(port=70000)
