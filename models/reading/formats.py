"""The formats Swapscope reads, in the order they are asked; a new one is one file and one line here."""

from __future__ import annotations

from types import ModuleType

from models.reading import delimited, excel, matlab, numpy_archive, parquet, r_data
from models.reading.table import Table, Unreadable

FORMATS: dict[str, ModuleType] = {
    "parquet": parquet,
    "matlab": matlab,
    "xlsx": excel,
    "numpy": numpy_archive,
    "r": r_data,
    "text": delimited,
}

# What people send that cannot be read, and what they can do about it.
REFUSED = (
    ((".xls",), b"\xd0\xcf\x11\xe0", "an old Excel file", "Open it in Excel and save it as .xlsx or CSV."),
    ((".sav", ".por"), b"$FL2", "an SPSS file", "In SPSS, export it as CSV."),
    (
        (".pkl", ".pickle", ".joblib"),
        b"\x80\x04",
        "a Python pickle",
        "Opening it could run code. Save a CSV or an .npz.",
    ),
    ((".pt", ".pth"), b"", "a file of PyTorch objects", "Opening it could run code. Save a CSV or an .npz."),
    ((".json",), b"{", "a JSON file", "Save the trials as a CSV with one row a trial."),
    ((".gz", ".bz2", ".xz", ".7z"), b"\x1f\x8b", "a compressed file", "Unpack it first and send the table in it."),
    ((".zip",), b"", "a zip archive", "Unpack it first and send the table in it."),
    ((".pdf",), b"%PDF", "a PDF document", "Send the table itself, for instance as CSV."),
    ((".png", ".jpg", ".jpeg"), b"\x89PNG", "a picture", "Send the table itself, for instance as CSV."),
)


def open_tables(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The tables in a file, by its content and its name; ``header`` overrules whether line 1 holds column names.

    Raises:
        Unreadable: with a title and a detail for the person who sent the file.
    """
    if not data.strip():
        raise Unreadable("This file is empty", "It holds nothing. Send a table with one row a trial.")
    return FORMATS[format_of(data, name)].read(data, name, header)


def format_of(data: bytes, name: str) -> str:
    """Which of ``FORMATS`` reads a file.

    Raises:
        Unreadable: for kinds of files that are known and not read.
    """
    head = data[:1024]
    ending = name.lower()
    if r_data.can_read(ending, head):  # R compresses its files itself
        return "r"
    for endings, magic, kind, remedy in REFUSED:
        if ending.endswith(endings) or (magic and head.startswith(magic)):
            raise Unreadable(f"This is {kind}, which Swapscope does not read", remedy)
    if head[:2] == b"PK":
        ending = _inside_zip(data, ending)
    return next(kind for kind, module in FORMATS.items() if module.can_read(ending, head))


def _inside_zip(data: bytes, name: str) -> str:
    """Workbooks and .npz archives are zip files; tell them by what they hold when the name does not say."""
    if name.endswith((".xlsx", ".xlsm", ".npz")):
        return name
    return "unnamed.xlsx" if b"xl/w" in data else "unnamed.npz" if b".npy" in data else name
