"""The Dataset page: the doctor's report with its mends, several files, units that follow columns, own degrees."""

from __future__ import annotations

from typing import Any

import study_numbers
import study_records
from callbacks import text_of, within_callback
from fastapi import FastAPI

from frontend.figures import errors
from frontend.pages import dataset
from frontend.parts import dataset_findings, dataset_pictures, dataset_report
from frontend.parts.period_menu import GUESSED

ASKED = study_records.datasets()["d2"]


def test_a_finding_says_what_it_breaks_and_offers_its_mend() -> None:
    drawn = text_of(dataset_findings.findings(ASKED))
    assert "What it breaks: " in drawn
    assert "Swaps look like guesses." in drawn
    assert "Read them as target differences" in drawn
    assert "1 must be mended" in drawn
    assert "1 worth a look" in drawn
    assert drawn.index("relative to the target") < drawn.index("not centred") < drawn.index("Spread grows")
    assert "As it should be" in drawn, "what one hopes for is marked as such"
    assert dataset_findings.findings({"findings": []}) is None


async def test_a_mend_is_one_click(fake: FastAPI) -> None:
    remedies = {
        "choices": {},
        "mends": [finding["mend"] and finding["mend"]["mapping"] for finding in ASKED["findings"]],
    }
    pressed = {"type": "mend", "index": 0}
    await within_callback(dataset.mend, [], [1], [{"id": "d2"}], [remedies], triggered=pressed)
    _, place, body = fake.state.fake.asked[-1]
    assert (place, body["mapping"]["nontargets_are"]) == ("d2", "minus_target")


async def test_another_column_opens_its_unit_again(fake: FastAPI) -> None:
    mapping = study_records.MAPPING
    fields = [{"id": {"type": "map", "field": name}} for name in ("response", "target")]
    units = [{"id": {"type": "period", "unit": name}} for name in ("response", "target")]
    columns, periods = [mapping["response"], "other"], ["360.000000", "360.000000"]
    shown = [{"mapping": mapping}]
    context_states = [units, [{"id": {"type": "dataset", "page": "dataset"}}]]
    pressed = {"type": "map", "field": "target"}
    answer, _ = await within_callback(
        dataset.reopen_unit, columns, periods, shown, triggered=pressed, states=context_states, inputs=[fields]
    )
    assert answer == ["360.000000", GUESSED]


def test_several_files_are_listed_with_their_fate() -> None:
    refused = {"title": "Its columns are not those of the other files", "detail": "It lacks “target”."}
    given: list[dict[str, Any]] = [
        {"name": "a.csv", "rows": 400, "accepted": True, "problem": None},
        {"name": "b.csv", "rows": 0, "accepted": False, "problem": refused},
    ]
    drawn = text_of(dataset_report.files(ASKED | {"file": {"name": "2 files", "files": given}}))
    assert "1 of 2 files were put together" in drawn
    assert drawn.index("b.csv") < drawn.index("a.csv"), "what needs attention comes first"
    assert "It lacks “target”." in drawn
    assert dataset_report.files(ASKED | {"file": {"name": "a.csv", "files": given[:1]}}) is None


def test_rejected_rows_of_several_files_name_their_file() -> None:
    row = {"file": "s01", "row": 3, "column": "target", "value": "left", "expected": "an angle"}
    assert '"headerName": "File"' in text_of(dataset_report.rejected({"rejected": {"count": 1, "rows": [row]}}))


def test_orientations_are_shown_with_their_own_degrees() -> None:
    pictures = study_numbers.pictures()
    figure = errors.error_distributions(pictures["errors"], 180)
    sd = pictures["errors"][0]["sd"] * 180 / 3.141592653589793
    assert f"sd {sd:.0f}° ({sd / 2:.0f}°)" in figure.layout.annotations[0].text
    assert figure.layout.xaxis.ticktext == ("−90° (−45°)", "0°", "90° (45°)")
    assert errors.error_distributions(pictures["errors"]).layout.xaxis.ticktext == ("−90°", "0°", "90°")
    summary = ASKED["summary"] | {"feature_degrees": 180}
    drawn = text_of([dataset_report.facts(ASKED | {"summary": summary})])
    assert "shown doubled, on a full circle of 360°" in drawn
    assert dataset_pictures.HALVED in text_of(dataset_pictures.pictures(ASKED | {"summary": summary}))
    assert dataset_pictures.HALVED not in text_of(dataset_pictures.pictures(ASKED))


def test_a_circular_sd_that_is_not_finite_is_a_dash() -> None:
    assert errors.spread_in_words(None, 360) == "–"


def test_the_chance_level_and_many_subjects_are_drawn() -> None:
    figure = errors.around_non_targets(study_numbers.pictures()["nontargets"])
    assert [trace.name for trace in figure.data] == ["recorded", "chance level"]
    many = errors.trials_by_subject([{"subject": f"s{number}", "trials": 100} for number in range(100)])
    assert many.layout.xaxis.showticklabels is False
    assert "100 subjects" in many.layout.xaxis.title.text
