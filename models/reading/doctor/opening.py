"""Rows and files that were left out, and what was done to open a file."""

from __future__ import annotations

from models.reading.doctor.case import Case, Finding


def rejected_rows(case: Case) -> list[Finding]:
    """Rows that did not become a trial."""
    if not case.rejected:
        return []
    first, count = case.rejected[0], len(case.rejected)
    rows = count + len(case.trials)
    place = f"row {first.row}" + (f" of “{first.file}”" if first.file else "")
    detail = (
        f"They are listed by number below and take no part in anything. The first is {place}: column "
        f"“{first.column}” holds {first.value}, expected {first.expected}."
    )
    severity = "error" if count > 0.2 * rows else "warning"
    breaks = "If rows are left out for a reason that has to do with the response, every estimate is biased."
    return [Finding(severity, "rejected_rows", f"{count:,} of {rows:,} rows could not be used", detail, breaks)]


def refused_files(case: Case) -> list[Finding]:
    """Files of several that could not be used, each with its reason."""
    refused = [file for file in case.files if file.problem is not None]
    if not refused:
        return []
    told = " ".join(f"“{file.name}”: {file.problem[0]}. {file.problem[1]}" for file in refused[:5] if file.problem)
    more = f" And {len(refused) - 5} more." if len(refused) > 5 else ""
    return [
        Finding(
            "warning",
            "refused_files",
            f"{len(refused)} of {len(case.files)} files could not be used",
            told + more,
            "Their subjects take no part in anything.",
        )
    ]


def notes(case: Case) -> list[Finding]:
    """What was done to open the file, such as decoding a MATLAB table or renaming repeated columns."""
    return [Finding("info", "opening", "While opening the file", note) for note in dict.fromkeys(case.table.notes)]
