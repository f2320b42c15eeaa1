"""The month of the sample region, from source files to a release, through the command line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.cli.sample import MARKER
from orchestration.gates import load_index
from orchestration.home import Home
from orchestration.release.catalogue import load_marts
from orchestration.run.lock import month_lock
from orchestration.sample import write_sample
from tests.conftest import Casemix, published
from tests.end_to_end.conftest import Published, copy_home

JANUARY = date(2025, 1, 1)


@pytest.fixture(scope="module")
def home(january: Published, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copy_home(january.home, tmp_path_factory.mktemp("month") / "warehouse")


def test_the_month_of_both_hospitals_becomes_one_release(january: Published) -> None:
    record = published(january.home)
    assert record.release_id in january.output
    assert record.content["months"] == [{"hospital_id": h, "month": "2025-01-01"} for h in ("H1", "H2")]
    assert record.content["is_simulation"] is True


def test_every_mart_is_published_and_every_gate_answered(home: Home) -> None:
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        tables = {row[0] for row in con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()}
        gates = con.execute("select hospital_id, gate_id from audit.fct_gate_result order by all").fetchall()
    assert load_marts().keys() <= tables
    assert gates == [(hospital, gate) for hospital in ("H1", "H2") for gate in sorted(load_index())]


def test_the_record_tells_inputs_and_code(home: Home) -> None:
    run = published(home).content["runs"][0]
    assert {batch["table"] for batch in run["batches"]} >= {"his_charge", "ledger_voucher_line", "emr_front_page"}
    assert all(len(batch["landed_sha256"]) == 64 for batch in run["batches"])
    assert run["policy"]["parameters"]
    assert len(run["policy"]["sha256"]) == 64
    assert {gate["gate_id"] for gate in run["gates"]} == set(load_index())


def test_no_private_file_is_left_behind(home: Home) -> None:
    assert {path.name for folder in home.runs.iterdir() for path in folder.iterdir()} == {"run.json", "partition.json"}


def test_the_chain_is_intact_and_status_shows_it(casemix: Casemix, home: Home) -> None:
    assert casemix("verify", "--home", home.root).exit_code == 0
    shown = casemix("status", "--home", home.root)
    assert shown.exit_code == 0
    assert published(home).release_id in shown.out


def test_again_with_one_thread_changes_no_logical_hash(casemix: Casemix, sample: Path, home: Home) -> None:
    before = published(home)
    done = casemix(
        "run",
        "--config",
        sample / "casemix.yml",
        "--month",
        "2025-01",
        "--hospital",
        "H1",
        "--simulation",
        "--threads",
        1,
        "--home",
        home.root,
    )
    assert done.exit_code == 0, done.err
    after = published(home)
    assert after.content["marts"] == before.content["marts"]
    assert casemix("diff", before.release_id, after.release_id, "--home", home.root).out.startswith("no difference")


def test_the_next_month_reads_the_published_one_back(casemix: Casemix, february: Home) -> None:
    record = published(february)
    assert any(path.endswith("month=2025-01/data.parquet") for path in record.content["runs"][0]["history"])
    assert record.months_of("H1") == [JANUARY, date(2025, 2, 1)]
    assert casemix("verify", "--home", february.root).exit_code == 0


def test_a_held_month_is_refused_naming_its_holder(casemix: Casemix, sample: Path, home: Home) -> None:
    before = published(home)
    with month_lock(home, "H2", JANUARY):
        done = casemix(
            "run",
            "--config",
            sample / "casemix.yml",
            "--month",
            "2025-01",
            "--hospital",
            "H2",
            "--simulation",
            "--home",
            home.root,
        )
    assert done.exit_code == 5
    assert "held by process" in done.err
    assert published(home) == before


@pytest.fixture
def unbalanced(tmp_path: Path) -> Path:
    """Two months of one hospital in the contract's own form, with a voucher of February out of balance."""
    folder = tmp_path / "region"
    write_sample(folder, months=2, hospitals=["H2"], form="contract")
    (folder / MARKER).touch()
    (folder / "H2" / "2025-02" / "manifest.json").unlink()
    path = folder / "H2" / "2025-02" / "ledger_voucher_line.csv"
    header, first, *others = path.read_text(encoding="utf-8").splitlines(keepends=True)
    cells = dict(zip(header.strip().split(","), first.strip().split(","), strict=True))
    cells["debit_amount"] = str(Decimal(cells["debit_amount"]) + 1)
    path.write_text(header + ",".join(cells.values()) + "\n" + "".join(others), encoding="utf-8")
    return folder


def test_a_failing_gate_ends_the_range_and_what_passed_is_published(casemix: Casemix, unbalanced: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "warehouse")
    done = casemix(
        "run",
        "--source",
        unbalanced,
        "--from",
        "2025-01",
        "--to",
        "2025-02",
        "--hospital",
        "H2",
        "--simulation",
        "--home",
        home.root,
    )
    assert done.exit_code == 2
    assert "REC-05" in done.err
    assert "ledger_voucher_line" in done.err and "row" in done.err
    assert published(home).months_of("H2") == [JANUARY]
    stopped = next(folder for folder in home.runs.iterdir() if "2025-02" in folder.name)
    assert (stopped / "warehouse.duckdb").is_file()


def test_a_preview_publishes_nothing(casemix: Casemix, sample: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "warehouse")
    done = casemix(
        "run",
        "--config",
        sample / "casemix.yml",
        "--month",
        "2025-01",
        "--hospital",
        "H2",
        "--simulation",
        "--preview",
        "--home",
        home.root,
    )
    assert done.exit_code == 0, done.err
    assert not home.published.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--month", "2025-1x"),
        ("--from", "2025-02", "--to", "2025-01"),
        ("--from", "2025-01"),
        ("--month", "2025-01", "--hospital", "H9"),
    ],
)
def test_a_command_that_makes_no_sense_is_a_configuration_error(
    casemix: Casemix, sample: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = casemix("run", "--config", sample / "casemix.yml", *arguments, "--home", tmp_path / "warehouse")
    assert done.exit_code == 4
    assert "next" in done.err
    assert not (tmp_path / "warehouse").exists()


def test_a_month_nobody_delivers_is_bad_input(casemix: Casemix, sample: Path, tmp_path: Path) -> None:
    assert (
        casemix("run", "--config", sample / "casemix.yml", "--month", "2031-01", "--home", tmp_path / "warehouse").exit_code == 3
    )
