"""Every format, made in the test, becomes the same trials; every broken file becomes a sentence."""

from __future__ import annotations

import importlib.util
import io
import struct
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io

from models.reading.read_file import read_file

_spec = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

FRAME = made_up.experiment()


def as_csv(frame):
    return made_up.csv(frame)


def as_bom(frame):
    return b"\xef\xbb\xbf" + made_up.csv(frame, lineterminator="\r\n")


def as_semicolon(frame):
    return made_up.csv(frame, sep=";", decimal=",")


def as_tsv(frame):
    return made_up.csv(frame, sep="\t")


def as_blanks(frame):
    return frame.to_string(index=False, na_rep="NA", float_format=lambda value: f"{value:.17g}").encode()


def as_utf16(frame):
    return frame.to_csv(index=False, sep="\t").encode("utf-16")


def as_parquet(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def as_xlsx(frame):
    buffer = io.BytesIO()
    frame.to_excel(buffer, index=False)
    return buffer.getvalue()


def arrays(frame):
    vectors = {name: frame[name].to_numpy(dtype=float) for name in ("subject", "set_size", "target", "response")}
    return vectors | {"nontarget": frame[["nontarget_1", "nontarget_2"]].to_numpy()}


def as_npz(frame):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays(frame))
    return buffer.getvalue()


def as_npy(frame):
    buffer = io.BytesIO()
    np.save(buffer, frame.to_records(index=False))
    return buffer.getvalue()


def as_mat(frame, **options):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, arrays(frame), **options)
    return buffer.getvalue()


def as_mat4(frame):
    return as_mat(frame, format="4")


def as_mat_struct(frame):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, {"data": arrays(frame)}, do_compression=True)
    return buffer.getvalue()


def as_mat_struct_array(frame):
    """One element a trial, items of varying number in one field."""
    elements = np.empty((1, len(frame)), dtype=[(name, object) for name in ("subject", "target", "response", "nt")])
    for place, row in enumerate(frame.itertuples()):
        shown = [value for value in (row.nontarget_1, row.nontarget_2) if not np.isnan(value)]
        elements[0, place] = (row.subject, row.target, row.response, np.array(shown))
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, {"trials": elements})
    return buffer.getvalue()


def as_mat_subjects(frame):
    """One struct a subject, side by side."""
    parts = {f"s{subject}": arrays(part) for subject, part in frame.groupby("subject")}
    for part in parts.values():
        del part["subject"]
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, parts)
    return buffer.getvalue()


def as_mat73(frame):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        group = file.create_group("data")
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        for name, values in arrays(frame).items():
            stored = group.create_dataset(name, data=np.atleast_2d(values) if values.ndim == 1 else values.T)
            stored.attrs["MATLAB_class"] = np.bytes_("double")
    words = b"MATLAB 7.3 MAT-file, made in a test".ljust(512)
    return words + buffer.getvalue()[512:]


def as_mat73_cells(frame):
    """Non-targets as a cell array with one vector a trial."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        cells = np.empty((len(frame), 1), dtype=h5py.ref_dtype)
        for place, row in enumerate(frame[["nontarget_1", "nontarget_2"]].to_numpy()):
            shown = row[~np.isnan(row)]
            cell = file.create_dataset(f"#refs#/c{place}", data=shown[None, :])
            cell.attrs["MATLAB_class"] = np.bytes_("double")
            cells[place, 0] = cell.ref
        file.create_dataset("nontarget", data=cells, dtype=h5py.ref_dtype).attrs["MATLAB_class"] = np.bytes_("cell")
        for name in ("subject", "target", "response"):
            file.create_dataset(name, data=frame[name].to_numpy(dtype=float)[None, :])
    return b"MATLAB 7.3 MAT-file".ljust(512) + buffer.getvalue()[512:]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (as_csv, "a.csv"),
        (as_bom, "a.csv"),
        (as_semicolon, "a.csv"),
        (as_tsv, "a.tsv"),
        (as_blanks, "a.dat"),
        (as_utf16, "a.txt"),
        (as_parquet, "a.parquet"),
        (as_xlsx, "a.xlsx"),
        (as_npz, "a.npz"),
        (as_npy, "a.npy"),
        (as_mat, "a.mat"),
        (as_mat4, "a.mat"),
        (as_mat_struct, "a.mat"),
        (as_mat_struct_array, "a.mat"),
        (as_mat_subjects, "a.mat"),
        (as_mat73, "a.mat"),
        (as_mat73_cells, "a.mat"),
    ],
)
def test_a_format_gives_the_same_trials(make, name):
    outcome = read_file(make(FRAME), name)
    assert (outcome.state, outcome.problem, outcome.rejected) == ("ready", None, [])
    trials = outcome.trials
    assert np.allclose(trials.response.numpy(), FRAME["response"], atol=1e-9)
    expected = FRAME[["target", "nontarget_1", "nontarget_2"]].to_numpy()
    assert np.allclose(trials.report.numpy(), expected, atol=1e-9, equal_nan=True)
    assert len(trials.subject_names) == 4
    assert [name[-1] for name in trials.subject_names] == ["1", "2", "3", "4"]


def test_a_table_without_column_names_is_read_by_its_values():
    lines = made_up.csv(FRAME, header=False)
    outcome = read_file(lines, "a.csv")
    assert (outcome.mapping.header, outcome.mapping.response, outcome.mapping.target) == (False, "column 4", "column 3")
    assert np.allclose(outcome.trials.report[:, 0].numpy(), FRAME["target"], atol=1e-9)


def bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        chunk = b" " * 1_000_000
        with archive.open("xl/worksheets/sheet1.xml", "w") as entry:
            for _ in range(420):
                entry.write(chunk)
    return buffer.getvalue()


def objects():
    buffer = io.BytesIO()
    np.savez(buffer, response=np.array([{"a": 1}, None], dtype=object))
    return buffer.getvalue()


def opaque_73():
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        stored = file.create_dataset("T", data=np.zeros((1, 6), dtype=np.uint32))
        stored.attrs["MATLAB_class"] = np.bytes_("table")
        stored.attrs["MATLAB_object_decode"] = np.int32(3)
    return b"MATLAB 7.3 MAT-file".ljust(512) + buffer.getvalue()[512:]


HEADER = b"subject,set_size,target,response,nontarget_1\n"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b" \r\n\n", "a.csv", "empty"),
        (HEADER, "a.csv", "no rows"),
        (b"one\ntwo\nthree\n", "a.csv", "only one column"),
        (bytes(range(256)) * 40, "a.csv", "not a table of text"),
        (b"PAR1 and then nothing", "a.parquet", "damaged"),
        (b"PK\x03\x04 broken", "a.xlsx", "damaged"),
        (b"PK\x03\x04 broken", "a.npz", "damaged"),
        (b"\x93NUMPY broken", "a.npy", "damaged"),
        (b"MATLAB 5.0 MAT-file".ljust(126) + b"\x01IM" + b"\x00\x01" * 50, "a.mat", ""),
        (b"not a matlab file at all, just words", "a.mat", ""),
        (bomb(), "a.xlsx", "too large"),
        (objects(), "a.npz", "Python objects"),
        (opaque_73(), "a.mat", "MATLAB table"),
        (b"\x80\x04\x95 pickle", "a.pkl", "pickle"),
        (b"\x1f\x8b\x08 gz", "a.csv.gz", "compressed"),
        (b'{"a": 1}', "a.json", "JSON"),
        (b"a,b\n1,2\n3,4\n", "a.csv", "recognised"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(data, name, words):
    outcome = read_file(data, name)
    assert outcome.trials is None
    title, detail = outcome.problem
    assert words in title
    assert detail.endswith(".")
    assert outcome.to_json()["problem"] == {"title": title, "detail": detail}


def test_a_matlab_file_that_unpacks_without_end_is_refused():
    packed = b"".join(_zeros(1_050_000_000))
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
    outcome = read_file(head + struct.pack("<II", 15, len(packed)) + packed, "a.mat")
    assert "too large" in outcome.problem[0]


def _zeros(count):
    import zlib

    engine = zlib.compressobj(1)
    block = bytes(10_000_000)
    for _ in range(count // len(block)):
        yield engine.compress(block)
    yield engine.flush()


def test_fifteen_thousand_rows_take_less_than_two_seconds_of_work():
    frame = made_up.experiment(rows=15_000, size=8)
    data = made_up.csv(frame)
    read_file(data[:5000].rsplit(b"\n", 1)[0], "a.csv")
    before = time.process_time()
    outcome = read_file(data, "a.csv")
    outcome.to_json()
    assert time.process_time() - before < 2
    assert len(outcome.trials) == 15_000


def test_a_repeated_column_name_is_told():
    data = as_csv(FRAME.assign(extra=1.0)).replace(b"extra", b"target", 1)
    outcome = read_file(data, "a.csv")
    assert any("More than one column is called “target”" in finding.detail for finding in outcome.findings)
    assert np.allclose(outcome.trials.report[:, 0].numpy(), FRAME["target"], atol=1e-9)


def test_parquet_lists_become_numbered_columns():
    frame = FRAME[["target", "response"]].assign(
        nontarget=[
            [value for value in row if value == value] for row in FRAME[["nontarget_1", "nontarget_2"]].to_numpy()
        ]
    )
    outcome = read_file(as_parquet(pd.DataFrame(frame)), "a.parquet")
    assert outcome.mapping.nontargets == ("nontarget_1", "nontarget_2")
    assert outcome.trials.set_size.tolist() == FRAME["set_size"].tolist()
