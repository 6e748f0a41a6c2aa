"""Artifacts are whole or not there, and say when they were damaged."""

from __future__ import annotations

import os
import threading

import pytest

from backend.store.artifacts import ArtifactDamaged, ArtifactMissing, Artifacts


@pytest.fixture
def artifacts(tmp_path):
    return Artifacts(tmp_path / "artifacts")


def test_files_come_back_with_their_manifest(artifacts):
    files = {"model.safetensors": b"\x00\x01", "model.json": b'{"a": 1}'}
    inputs = [{"kind": "dataset", "id": "d1d1", "hash": "h"}]
    written = artifacts.write("fit", "abcd1234", files, inputs=inputs, config={"steps": 3}, seed=7)
    assert artifacts.manifest("fit", "abcd1234") == written
    assert (written.seed, written.config, written.inputs) == (7, {"steps": 3}, inputs)
    assert written.versions["numpy"]
    assert artifacts.read_all("fit", "abcd1234") == files
    assert artifacts.read_json("fit", "abcd1234", "model.json") == {"a": 1}
    assert artifacts.verify("fit", "abcd1234") == []
    assert artifacts.path("fit", "abcd1234", "model.json").read_bytes() == files["model.json"]
    assert [found.id for found in artifacts.list("fit")] == ["abcd1234"]
    assert artifacts.list("network") == []


def test_the_hash_is_of_the_content_alone(artifacts):
    first = artifacts.write("fit", "aaaa", {"x": b"1", "y": b"2"})
    second = artifacts.write("fit", "bbbb", {"y": b"2", "x": b"1"}, seed=3)
    assert first.hash == second.hash
    assert first.hash != artifacts.write("fit", "cccc", {"x": b"1", "y": b"3"}).hash


def test_a_second_writing_replaces_the_first_as_a_whole(artifacts):
    artifacts.write("dataset", "abcd", {"old.csv": b"1"})
    artifacts.write("dataset", "abcd", {"new.csv": b"2"})
    assert artifacts.read_all("dataset", "abcd") == {"new.csv": b"2"}
    with pytest.raises(ArtifactMissing):
        artifacts.read("dataset", "abcd", "old.csv")
    assert list((artifacts.root / ".unfinished").glob("[!.]*")) == []


def test_damage_is_noticed(artifacts):
    artifacts.write("network", "abcd", {"w": b"weights"})
    (artifacts.folder("network", "abcd") / "w").write_bytes(b"wEights")
    assert artifacts.verify("network", "abcd") == ["w"]
    with pytest.raises(ArtifactDamaged, match="damaged"):
        artifacts.read("network", "abcd", "w")


@pytest.mark.parametrize("id", ["..", "../x", "a/b", "/etc", "", "AB", "a" * 70, "ab\n\n", ".unfinished"])
def test_ids_are_no_paths(artifacts, id):
    with pytest.raises(ValueError, match="artifact"):
        artifacts.write("fit", id, {"x": b""})


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "/x", "", ".hidden", "manifest.json", "a..b", "x\n"])
def test_names_are_no_paths(artifacts, name):
    with pytest.raises(ValueError, match="artifact"):
        artifacts.write("fit", "abcd", {name: b""})
    with pytest.raises(ValueError, match="artifact"):
        artifacts.folder("../fit", "abcd")


def test_a_reader_cannot_name_another_file(artifacts):
    artifacts.write("fit", "abcd", {"x": b""})
    with pytest.raises(ArtifactMissing):
        artifacts.path("fit", "abcd", "../abcd/x")
    with pytest.raises(ArtifactMissing):
        artifacts.manifest("fit", "efgh")


def test_after_a_crash_the_old_one_is_back_and_half_written_ones_are_gone(artifacts):
    artifacts.write("fit", "abcd", {"x": b"old"})
    unfinished = artifacts.root / ".unfinished"
    (unfinished / "new.fit.abcd.1").mkdir()
    (unfinished / "new.fit.abcd.1" / "x").write_bytes(b"half")
    os.replace(artifacts.folder("fit", "abcd"), unfinished / "old.fit.abcd.2")
    assert artifacts.recover()
    assert artifacts.read("fit", "abcd", "x") == b"old"
    assert list(unfinished.glob("[!.]*")) == []


def test_recovering_leaves_alone_what_is_just_being_written(artifacts):
    with artifacts._changing():
        (artifacts.root / ".unfinished" / "new.fit.abcd.1").mkdir()
        assert not artifacts.recover()
    assert list((artifacts.root / ".unfinished").glob("new.*"))
    assert artifacts.recover()
    assert not list((artifacts.root / ".unfinished").glob("new.*"))


def test_readers_never_notice_that_it_is_replaced(artifacts):
    artifacts.write("dataset", "abcd", {"x": b"0", "y": b"0"})
    stop = threading.Event()

    def replace():
        number = 0
        while not stop.is_set():
            number += 1
            artifacts.write("dataset", "abcd", {name: str(number).encode() for name in "xy"})

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        for _ in range(400):
            assert artifacts.read("dataset", "abcd", "x").isdigit()
            assert artifacts.exists("dataset", "abcd")
    finally:
        stop.set()
        writer.join()


def test_deleting(artifacts):
    artifacts.write("fit", "abcd", {"x": b""})
    artifacts.delete("fit", "abcd")
    artifacts.delete("fit", "abcd")
    assert not artifacts.exists("fit", "abcd")
