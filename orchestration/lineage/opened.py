"""A release opened for tracing: its Parquet files and the landed files behind them, each verified before it is read.

Relations of every published month of one hospital are views of an in-memory database; no warehouse file is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import duckdb

from orchestration.contract import load_contract, load_mart_columns, load_policy_contract
from orchestration.errors import BadInput, ConfigurationError
from orchestration.home import Home
from orchestration.landing.late import LATE
from orchestration.landing.model import LandedFile, LandedTable
from orchestration.landing.month import MANIFEST, verify_file
from orchestration.landing.views import view_sql
from orchestration.lineage.declaration import HISTORY, POLICY
from orchestration.policy.model import is_in_force, rows_for, to_arrow
from orchestration.release.partition import PartitionFile
from orchestration.release.record import Record, current_record, read_record
from orchestration.run.private import landing_columns
from orchestration.run.snapshots import open_policy_rows, policy_file

MOST_BYTES_KEPT = 4 << 20
ADDRESS = "source_row"


@dataclass(frozen=True)
class SourceFile:
    """Where the rows of one batch key came from."""

    table: str
    batch_id: str
    source_name: str
    source_sha256: str | None
    landed_sha256: str


@dataclass
class OpenedRelease:
    """One hospital's part of a release. Views are made, and their files verified, when they are first asked for."""

    home: Home
    record: Record
    hospital_id: str
    con: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    _views: dict[tuple[date, str], str] = field(default_factory=dict)
    _runs: dict[date, Mapping[str, Any]] = field(default_factory=dict)
    _parameters_of: dict[date, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def files(self) -> dict[tuple[date, str], PartitionFile]:
        """Published files of the hospital by month and relation."""
        return {(f.month, f.relation): f for f in self.record.partitions if f.hospital_id == self.hospital_id}

    @cached_property
    def months(self) -> list[date]:
        """Published months of the hospital, ascending."""
        return sorted({month for month, _ in self.files})

    def run_of(self, month: date) -> Mapping[str, Any]:
        """What the record keeps of the run that made a month."""
        if month not in self._runs:
            self._runs[month] = self._run_of(month)
        return self._runs[month]

    def _run_of(self, month: date) -> Mapping[str, Any]:
        """The run stands in the record of the release that published the month."""
        release_id = next(f.release_id for (m, _), f in self.files.items() if m == month)
        record = self.record if release_id == self.record.release_id else read_record(self.home.published / str(release_id))
        return next(
            run
            for run in record.content["runs"]
            if run["hospital_id"] == self.hospital_id and run["month"][:7] == f"{month:%Y-%m}"
        )

    def parameters(self, month: date) -> dict[str, str]:
        """Scalar decisions of the month as SQL literals, with the dates a declaration may name."""
        if month not in self._parameters_of:
            self._parameters_of[month] = self._read_parameters(month)
        return self._parameters_of[month]

    def _read_parameters(self, month: date) -> dict[str, str]:
        decisions = {code: _literal(value) for code, value in self.run_of(month)["policy"]["parameters"].items()}
        previous = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        return decisions | {"month_start": f"date '{month}'", "previous_month": f"date '{previous}'"}

    def source_files(self, month: date) -> dict[int, SourceFile]:
        """Accepted files of the month by batch key."""
        return {
            batch["batch_key"]: SourceFile(
                batch["table"], batch["batch_id"], batch["source_name"], batch["source_sha256"], batch["landed_sha256"]
            )
            for batch in self.run_of(month)["batches"]
        }

    def relation(self, month: date, name: str) -> str:
        """The view of what a declaration names, in a month.

        Raises:
            BadInput: F42, a file is missing or altered.
            ConfigurationError: the release does not hold the relation.
        """
        if (month, name) not in self._views:
            view = f'"{month:%Y-%m} {name}"'
            kind = "table" if self._is_small(month, name) else "view"
            self.con.execute(f"create {kind} {view} as {self._select(month, name)}")
            self._views[month, name] = view
        return self._views[month, name]

    def has(self, month: date, name: str) -> bool:
        """Whether the release holds a model of the month."""
        return self._file(month, name) is not None

    def _file(self, month: date, name: str) -> PartitionFile | None:
        """The published file of a model; names are unique over all schemas."""
        return self._by_name.get((month, name))

    @cached_property
    def _by_name(self) -> dict[tuple[date, str], PartitionFile]:
        return {(month, relation.rpartition(".")[2]): file for (month, relation), file in self.files.items()}

    def _is_small(self, month: date, name: str) -> bool:
        """Small published relations are read once; a trace joins them many times."""
        file = self._file(month, name)
        return file is not None and file.bytes <= MOST_BYTES_KEPT

    def _select(self, month: date, name: str) -> str:
        space, _, bare = name.rpartition(".")
        if space == "landing":
            return self._landing(month, bare)
        if space == POLICY:
            return self._policy(month, bare)
        if space == HISTORY:
            earlier = [self.relation(m, bare) for m in self.months if m < month and self.has(m, bare)]
            columns = ", ".join(f'cast(null as {kind}) as "{column}"' for column, kind in load_mart_columns()[bare].items())
            return " union all by name ".join([f"select {columns} where false", *(f"select * from {view}" for view in earlier)])
        return self._published(month, name)

    def _published(self, month: date, name: str) -> str:
        file = self._file(month, name)
        if file is None:
            raise ConfigurationError(
                f"release {self.record.release_id} holds no {name} of {self.hospital_id} {month:%Y-%m}",
                remedy="run the month again with this version: it publishes what a trace walks through",
                zh=f"发布版本中没有 {name}",
            )
        path = file.verified(self.home.published / self.record.release_id)
        return f"select * from read_parquet({_literal(str(path))}, hive_partitioning = false)"

    def _landing(self, month: date, table_name: str) -> str:
        table = load_contract()[table_name]
        accepted = self._landed(month, table_name)
        for file in accepted.files:
            verify_file(file)
        if accepted.files:
            return view_sql(table, accepted)
        columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in landing_columns(table).items())
        return f"select {columns} where false"

    def _landed(self, month: date, table_name: str) -> LandedTable:
        """The files of a table the run of the month accepted, found in landing by their hashes."""
        wanted = {key: file for key, file in self.source_files(month).items() if file.table == table_name}
        folder = self.home.landing / self.hospital_id / f"{month:%Y-%m}"
        entries: dict[str, dict[str, Any]] = {}
        has_corrections = False
        for path in sorted(folder.glob(f"b[0-9]*/{MANIFEST}")):
            table = json.loads(path.read_text(encoding="utf-8"))["tables"].get(table_name, {"files": []})
            hashes = [entry["sha256"] for entry in table["files"]]
            entries |= dict(zip(hashes, table["files"], strict=True))
            if set(hashes) == {file.landed_sha256 for file in wanted.values()}:
                has_corrections = bool(table.get("has_corrections"))
        files = []
        for key, file in sorted(wanted.items()):
            if file.landed_sha256 not in entries:
                raise BadInput(
                    f"landing holds no manifest of {table_name} batch {file.batch_id} as the release record names it",
                    rule="F42",
                    remedy="restore landing from a backup; casemix verify names what is missing",
                    zh=f"入湖批次 {file.batch_id} 的 {table_name} 缺失或被改动",
                )
            batch = folder / file.batch_id
            files.append(
                LandedFile.from_json(batch if batch.is_dir() else folder / LATE / file.batch_id, entries[file.landed_sha256], key)
            )
        return LandedTable(table_name, bool(files), tuple(files), has_corrections)

    def policy_file(self, month: date, name: str) -> SourceFile:
        """The kept copy of a policy table as the run of the month used it."""
        policy = self.run_of(month)["policy"]
        path = policy_file(self.home, policy["sha256"], name).relative_to(self.home.root)
        return SourceFile(f"{POLICY}.{name}", f"{POLICY}-{policy['sha256'][:8]}", str(path), None, policy["tables"][name])

    def _policy(self, month: date, name: str) -> str:
        """Rows in force on the first day of the month, each with the row of the kept file it stands in."""
        import pyarrow as pa

        table = load_policy_contract()[name]
        kept = open_policy_rows(self.home, self.run_of(month)["policy"], name)
        addressed = [replace(row, values=row.values | {ADDRESS: row.number}) for row in kept]
        rows = [row for row in rows_for(table, addressed, self.hospital_id) if is_in_force(row, month)]
        registered = f"policy {month:%Y-%m} {name}"
        numbers = pa.array([row[ADDRESS] for row in rows], pa.int64())
        self.con.register(registered, to_arrow(table, rows).append_column(ADDRESS, numbers))
        return f'select * from "{registered}"'


def open_release(home: Home, hospital_id: str | None, month: date, release_id: str | None = None) -> OpenedRelease:
    """Open a release for one hospital.

    Args:
        home: the warehouse.
        hospital_id: the hospital; may be left out where the month was published for a single one.
        month: a month the release must hold.
        release_id: the release; left out: the present one.

    Raises:
        BadInput: nothing is published, the record is altered, or the release does not hold the month.
        ConfigurationError: several hospitals and none named.
    """
    record = read_record(home.published / release_id) if release_id else current_record(home)
    if record is None:
        raise BadInput("nothing is published", remedy="casemix run publishes a month", zh="尚无发布版本")
    hospitals = sorted({f.hospital_id for f in record.partitions if f.month == month})
    if not hospitals or (hospital_id and hospital_id not in hospitals):
        held = ", ".join(f"{m['hospital_id']} {m['month'][:7]}" for m in record.content["months"])
        raise BadInput(
            f"release {record.release_id} holds no {hospital_id or 'hospital'} {month:%Y-%m}; it holds {held}",
            remedy="correct the month, --hospital or --release",
            zh="该发布版本没有此机构或月份",
        )
    if hospital_id is None and len(hospitals) > 1:
        raise ConfigurationError(
            f"--hospital is one of {', '.join(hospitals)}", remedy="add --hospital", zh="请用 --hospital 指明机构"
        )
    return OpenedRelease(home, record, hospital_id or hospitals[0])


def _literal(text: str | None) -> str:
    return "null" if text is None else "'" + str(text).replace("'", "''") + "'"
