"""Group batches of cases with one pack: codes become keys here, the grouping itself is the SQL the models use.

What belongs here: turning texts into keys of the compiled pack, running the query, putting its answers in order. What
does not: reading and writing files (`cases`, `command`) and any rule of grouping (`compile`, the dbt macros).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.grouping.pack import NO_GROUP, NUMBER_FIELDS, Pack
from orchestration.grouping.sql import render
from orchestration.grouping.tables import SCHEMA, write_packs

OUTPUT_COLUMNS = ("case_id", "mdc", "adrg", "drg", "status", "complication", "rule")
MEMORY_PER_THREAD_MB = 320
MOST_THREADS = 4
PACK_TABLES = {name: f"{SCHEMA}.pack_{name}" for name in ("code", "range", "class", "hit_rule")} | {"pack": f"{SCHEMA}.pack"}
# Column of a batch, the case's key for its first code, the roles of the first and of the other codes.
CODE_COLUMNS = (
    ("diagnoses", "principal_code_key", "principal_diagnosis", "other_diagnosis"),
    ("procedures", "main_code_key", "main_procedure", "other_procedure"),
)
Keys = npt.NDArray[np.int64]


class Engine:
    """A compiled pack in a database in memory.

    Args:
        pack: a checked pack.
        threads: how many threads may group batches at the same time, each query in one of them; by default as many as
            there are processors, four at most.
    """

    def __init__(self, pack: Pack, threads: int | None = None) -> None:
        self.threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
        limit = f"{MEMORY_PER_THREAD_MB * self.threads}MB"
        self._con = duckdb.connect(config={"memory_limit": limit, "threads": 1, "preserve_insertion_order": False})
        self._con.execute(f"create schema {SCHEMA}")
        write_packs(self._con, [pack])
        self._paths = self._con.execute(_PATHS).to_arrow_table()
        self._codes = {role: _Codes(self._con, role) for *_, first, other in CODE_COLUMNS for role in (first, other)}

    def close(self) -> None:
        """Forget the pack."""
        self._con.close()

    def group(self, batch: pa.RecordBatch) -> pa.Table:
        """Results (OUTPUT_COLUMNS) of a batch of cases, columns as `cases.read_batches` gives them, in their order."""
        cases, codes = self._encode(batch)
        with closing(self._con.cursor()) as con:
            # Registered Arrow data has no statistics, without which small joins are planned badly.
            for name, table in (("cases", cases), ("codes", codes)):
                con.register("arriving", table)
                con.execute(f"create temp table {name} as select * from arriving")
                con.unregister("arriving")
            found = con.execute(_GROUP).to_arrow_table()
        return self._in_order(batch["case_id"], found)

    def _encode(self, batch: pa.RecordBatch) -> tuple[pa.Table, pa.Table]:
        """Cases with keys of their first codes, and (case, key) of every other code the pack knows."""
        rows = np.arange(batch.num_rows, dtype=np.int64)
        cases: dict[str, pa.Array] = {"case_key": pa.array(rows)} | {name: batch[name] for name in NUMBER_FIELDS}
        others: list[pa.Table] = []
        for column, key, first, other in CODE_COLUMNS:
            lists = pc.split_pattern(batch[column], "|")
            starts, ends = _bounds(lists)
            cases[key] = self._codes[first].keys(lists.values.take(pa.array(starts, mask=starts == ends)))
            is_other = np.ones(len(lists.values), dtype=bool)
            is_other[starts[starts < ends]] = False
            keys = self._codes[other].keys(lists.values.filter(pa.array(is_other)))
            others.append(_known(np.repeat(rows, np.maximum(ends - starts - 1, 0)), keys))
        return pa.table(cases), pa.concat_tables(others)

    def _in_order(self, case_ids: pa.Array, found: pa.Table) -> pa.Table:
        if found.num_rows != len(case_ids):
            raise RuntimeError(f"{len(case_ids)} cases went in, {found.num_rows} came out")
        places = np.empty(found.num_rows, dtype=np.int64)
        places[found["case_key"].to_numpy()] = np.arange(found.num_rows)
        found = found.take(places)
        columns: Mapping[str, pa.Array] = {
            "case_id": case_ids,
            "complication": found["complication"],
            **{name: self._paths[name].take(found["path_no"]) for name in self._paths.column_names},
        }
        return pa.table({name: columns[name] for name in OUTPUT_COLUMNS})


class _Codes:
    """Keys of the codes a pack knows in one role; they follow each other in the order of the codes."""

    def __init__(self, con: duckdb.DuckDBPyConnection, role: str) -> None:
        rows = con.execute(
            f"select code, code_key from {SCHEMA}.pack_code where role = ? order by code_key", [role]
        ).to_arrow_table()
        self._codes = rows["code"].combine_chunks().cast(pa.string())
        self._first = pa.scalar(rows["code_key"][0].as_py() if rows.num_rows else 0, pa.int32())

    def keys(self, codes: pa.Array) -> pa.Array:
        """Key of each code; null where the pack does not know it."""
        return pc.add(pc.index_in(codes, value_set=self._codes), self._first)


def _bounds(lists: pa.ListArray) -> tuple[Keys, Keys]:
    """Where each list begins and ends in its values; a missing list is an empty one."""
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return offsets[:-1], offsets[1:]


def _known(cases: Keys, keys: pa.Array) -> pa.Table:
    return pa.table({"case_key": pa.array(cases), "code_key": keys}).filter(keys.is_valid())


_CASES = "(select *, 1 as pack_key from cases)"
_GROUP = f"""
    select case_key, coalesce(path_no, 0) as path_no, complication
    from ({render("assign_drg", _CASES, "codes", PACK_TABLES)}) as found
"""
# Row n is path n; row 0 stands for no path.
_PATHS = f"""
    select paths.mdc_code as mdc, paths.adrg_code as adrg, coalesce(paths.drg_code, '{NO_GROUP}') as drg,
        {render("drg_status", "paths")} as status, paths.rule
    from (select 0 as path_no union all select path_no from {SCHEMA}.pack_path) as every
    left join {SCHEMA}.pack_path as paths on every.path_no = paths.path_no
    order by every.path_no
"""
