"""A release is complete or absent, cumulative, linear and signed."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import BadInput, ConfigurationError, GateStopped, RunBusy
from orchestration.home import Home
from orchestration.privacy.access import LOG_FILE, record_access
from orchestration.release import catalogue, partition, warehouse
from orchestration.release import publish as publishing
from orchestration.release.diff import diff_releases
from orchestration.release.publish import publish
from orchestration.release.record import canonical_json, current_record, read_record, read_records
from orchestration.release.signature import is_signed
from orchestration.release.verify import verify_home
from tests.unit.release.releases import FEBRUARY, JANUARY, MARCH, RELATION, TOY, gated, home_in, mart_file, rows


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for module in (catalogue, partition, warehouse):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    return home_in(tmp_path)


def test_the_first_release_is_what_readers_see(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1.10")])
    assert rows(home) == [("H1", JANUARY, Decimal("1.10"))]
    assert current_record(home) == record
    assert record.content["previous_record_sha256"] is None
    assert home.current.is_symlink()


def test_every_mart_row_names_the_release_that_published_it(home: Home) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        found = con.execute(f"select month, release_id from {RELATION} order by 1").fetchall()
        releases = con.execute("select release_id, month from audit.dim_release order by sequence").fetchall()
    assert found == [(JANUARY, first.release_id), (FEBRUARY, second.release_id)]
    assert releases == [(first.release_id, JANUARY), (second.release_id, FEBRUARY)]


def test_untouched_months_are_hard_links_and_the_chain_is_linear(home: Home) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H2", JANUARY, "2")])
    path = next(p.path for p in first.partitions if p.relation == RELATION)
    assert (home.published / first.release_id / path).samefile(home.published / second.release_id / path)
    assert second.content["previous_record_sha256"] == first.sha256
    assert rows(home) == [("H1", JANUARY, Decimal(1)), ("H2", JANUARY, Decimal(2))]


def test_a_range_of_two_hospitals_is_one_release(home: Home) -> None:
    months = [gated(home, "a", "H1", JANUARY, "1"), gated(home, "b", "H1", FEBRUARY, "2"), gated(home, "c", "H2", JANUARY, "3")]
    publish(home, months)
    assert len(rows(home)) == 3
    assert len(read_records(home)) == 1


def test_charge_grain_stays_out_of_the_warehouse(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    leaf = next(p for p in record.partitions if p.kind == "leaf")
    assert (home.current / leaf.path).is_file()
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        schemas = {row[0] for row in con.execute("select distinct schema_name from duckdb_tables()").fetchall()}
    assert schemas == {"costed", "audit"}


def test_the_record_is_signed_and_holds_rows_sums_and_hashes(home: Home) -> None:
    content = publish(home, [gated(home, "a", "H1", JANUARY, "1.25")]).content
    assert content["marts"][RELATION]["rows"] == 1
    assert content["marts"][RELATION]["control_sums"] == {"amount_yuan": "1.25"}
    assert is_signed(canonical_json(content), content["signature"], content["public_key"])
    assert content["runs"][0]["gates"][0]["gate_id"] == "COST-01"
    assert {"duckdb", "dbt-core"} <= content["engine"].keys()


def test_publishing_the_same_again_changes_no_logical_hash(home: Home) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H1", JANUARY, "1")])
    assert second.content["marts"] == first.content["marts"]
    assert diff_releases(home, first.release_id, second.release_id) == []


def test_diff_names_what_changed(home: Home) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H1", JANUARY, "3.50")])
    [difference] = diff_releases(home, first.release_id, second.release_id)
    assert (difference.relation, difference.hospital_id, difference.month) == (RELATION, "H1", JANUARY)
    assert (difference.kind, difference.rows, difference.sums) == ("changed", 0, {"amount_yuan": Decimal("2.50")})
    assert difference.cause == "carried from an earlier month"
    with pytest.raises(ConfigurationError):
        diff_releases(home, first.release_id, "../r0002")


def test_a_month_without_passed_gates_is_refused(home: Home) -> None:
    month = gated(home, "a", "H1", JANUARY, "1")
    for gates in ([], [{"gate_id": "COST-01", "stops": True}]):
        with pytest.raises(GateStopped):
            publish(home, [dataclasses.replace(month, evidence=month.evidence | {"gates": gates})])
    assert current_record(home) is None


def test_history_that_changed_meanwhile_is_a_conflict(home: Home) -> None:
    january = gated(home, "a", "H1", JANUARY, "1")
    publish(home, [january])
    file = mart_file(january)
    february = gated(home, "b", "H1", FEBRUARY, "2", {file.path: file.sha256})
    publish(home, [gated(home, "c", "H1", JANUARY, "9")])
    with pytest.raises(RunBusy):
        publish(home, [february])
    assert rows(home) == [("H1", JANUARY, Decimal(9))]


def test_history_of_the_same_range_is_no_conflict(home: Home) -> None:
    january = gated(home, "a", "H1", JANUARY, "1")
    file = mart_file(january)
    publish(home, [january, gated(home, "b", "H1", FEBRUARY, "2", {file.path: file.sha256})])
    assert len(rows(home)) == 2


def test_a_changed_month_under_a_published_one_is_refused(home: Home) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1"), gated(home, "b", "H1", FEBRUARY, "2")])
    with pytest.raises(ConfigurationError, match="2025-02"):
        publish(home, [gated(home, "c", "H1", JANUARY, "7")])
    publish(home, [gated(home, "d", "H1", JANUARY, "1")])
    publish(
        home, [gated(home, "e", "H1", JANUARY, "7"), gated(home, "f", "H1", FEBRUARY, "2"), gated(home, "g", "H1", MARCH, "3")]
    )
    assert rows(home)[0] == ("H1", JANUARY, Decimal(7))


@pytest.mark.parametrize("step", ["_link_files", "write_warehouse", "_write_record", "fsync_tree", "_make_current"])
def test_a_publisher_that_dies_leaves_current_intact(home: Home, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    month = gated(home, "b", "H1", FEBRUARY, "2")

    def die(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt(step)

    with monkeypatch.context() as patched:
        patched.setattr(publishing, step, die)
        with pytest.raises(KeyboardInterrupt):
            publish(home, [month])
    assert verify_home(home) == first
    record = publish(home, [month])
    assert verify_home(home) == record
    assert sorted(p.name for p in home.published.iterdir()) == ["current", first.release_id, record.release_id]


def test_a_release_renamed_but_not_current_is_removed_by_the_next_publisher(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    month = gated(home, "b", "H1", FEBRUARY, "2")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "symlink_to", lambda *_, **__: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            publish(home, [month])
    assert rows(home) == [("H1", JANUARY, Decimal(1))]
    publish(home, [month])
    assert len(read_records(home)) == 2


def altered(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_verify_names_an_altered_file(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    path = home.published / record.release_id / record.partitions[0].path
    altered(path, path.read_bytes() + b" ")
    with pytest.raises(BadInput, match="altered") as caught:
        verify_home(home)
    assert str(path) in str(caught.value)


def test_verify_names_an_edited_record(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    path = home.published / record.release_id / "record.json"
    altered(path, path.read_bytes().replace(b'"1.00"', b'"2.00"'))
    with pytest.raises(BadInput):
        verify_home(home)


def test_verify_sees_through_a_record_hashed_again(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    content = record.content | {"published_by": "somebody else"}
    content["record_sha256"] = publishing.record_sha256(content)
    altered(home.published / record.release_id / "record.json", json.dumps(content).encode())
    with pytest.raises(BadInput, match="signature"):
        verify_home(home)


def test_verify_sees_a_dropped_release_and_with_an_anchor_the_newest(home: Home) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])
    third = publish(home, [gated(home, "c", "H1", MARCH, "3")])
    (home.published / second.release_id).rename(home.root / "hidden")
    with pytest.raises(BadInput, match="missing before it"):
        verify_home(home)
    (home.root / "hidden").rename(home.published / second.release_id)
    (home.published / third.release_id).rename(home.root / "hidden")
    home.current.unlink()
    home.current.symlink_to(second.release_id)
    assert verify_home(home).sha256 == second.sha256
    with pytest.raises(BadInput, match="anchor"):
        verify_home(home, anchor=third.sha256)


def test_an_anchor_noted_earlier_holds_in_a_chain_that_has_grown(home: Home) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])
    assert verify_home(home, anchor=first.sha256) == second
    assert verify_home(home, anchor=second.sha256) == second


def test_a_signing_key_others_can_read_is_refused(home: Home) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    key = next(home.keys.iterdir())
    key.chmod(0o644)
    publishing.sign.__globals__["signing_key"].cache_clear()
    with pytest.raises(ConfigurationError, match="readable"):
        publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])


def test_a_record_that_is_no_json_is_named(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    altered(home.published / record.release_id / "record.json", b"{")
    with pytest.raises(BadInput, match="record"):
        read_record(home.current)


def test_verify_knows_the_access_log_of_the_newest_release(home: Home) -> None:
    record_access(home, "trace", "H1/01", rows=1, purpose=None)
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    assert record.content["access_log"]["entries"] == 1
    assert verify_home(home) == record
    (home.root / LOG_FILE).unlink()
    with pytest.raises(BadInput, match="entry 1 of the access log is missing"):
        verify_home(home)
