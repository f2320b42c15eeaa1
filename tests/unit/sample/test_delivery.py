"""The written sample: the same bytes every time, and every form says the same."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.contract import load_contract
from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.landing import land_month
from orchestration.sample import write_sample
from orchestration.sources import open_deliveries

SMALL = {"scale": 1_500, "months": 1}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.mark.parametrize("form", ["native", "contract"])
def test_the_same_arguments_give_the_same_bytes(tmp_path, form):
    for name in ("a", "b"):
        write_sample(tmp_path / name, form=form, **SMALL)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_another_seed_gives_other_charges(tmp_path):
    for seed in (1, 2):
        write_sample(tmp_path / str(seed), form="contract", seed=seed, hospitals=["H1"], **SMALL)
    charges = [(tmp_path / str(seed) / "H1/2025-01/his_charge.csv").read_bytes() for seed in (1, 2)]
    assert charges[0] != charges[1]


def test_a_month_does_not_depend_on_how_many_months_are_written(tmp_path):
    for months in (1, 2):
        write_sample(tmp_path / str(months), form="contract", scale=1_500, months=months, hospitals=["H2"])
    first = digests(tmp_path / "1" / "H2" / "2025-01")
    assert first == digests(tmp_path / "2" / "H2" / "2025-01")


def test_every_form_lands_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEMIX_PSEUDONYM_KEY", "00" * 32)
    forms = {"native": "csv", "contract": "csv", "parquet": "parquet"}
    landed: dict[tuple[str, str], dict[str, list[str]]] = {}
    for form, file_format in forms.items():
        folder = tmp_path / form
        write_sample(folder, form="contract" if form == "parquet" else form, file_format=file_format, **SMALL)
        for delivery in open_deliveries(config=folder / "casemix.yml"):
            month = land_month(Home(tmp_path / f"home_{form}"), delivery.hospital_id, date(2025, 1, 1), delivery)
            for name, table in month.tables.items():
                landed.setdefault((delivery.hospital_id, name), {})[form] = [str(file.path) for file in table.files]
    con = duckdb.connect()
    for (_, name), files in landed.items():
        columns = ", ".join(column.name for column in load_contract()[name].columns)
        rows = {form: f"select {columns} from read_parquet({paths})" for form, paths in files.items() if paths}
        if set(rows) != set(forms):
            assert not any(con.execute(query).fetchone() for query in rows.values()), name
            continue
        for form in ("native", "parquet"):
            one, other = rows[form], rows["contract"]
            assert not con.execute(f"({one} except all {other}) union all ({other} except all {one})").fetchall(), name


def test_unknown_choices_are_refused(tmp_path):
    for wrong in ({"form": "paper"}, {"hospitals": ["H9"]}, {"fault": "F99"}, {"file_format": "xls"}):
        with pytest.raises(ConfigurationError):
            write_sample(tmp_path, **{**SMALL, **wrong})


def test_a_sample_is_never_written_over(tmp_path):
    write_sample(tmp_path, hospitals=["H1"], form="contract", **SMALL)
    with pytest.raises(ConfigurationError, match="already holds a sample"):
        write_sample(tmp_path, hospitals=["H2"], form="contract", **SMALL)
