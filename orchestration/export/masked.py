"""A masked release: the marts for readers outside the hospital, persons and stays under keyed pseudonyms.

Some columns hold numbers of persons or stays, or texts made of them. Numbers are replaced, texts made of them are
left out, and in every other text a value that is such a number is replaced too. The finished file is searched for plain
numbers before anybody gets it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.errors import CasemixError
from orchestration.home import Home
from orchestration.privacy import load_key, pseudonymiser
from orchestration.privacy.access import record_access, require_grant
from orchestration.privacy.identifiers import MADE_OF_NUMBERS, NUMBERS
from orchestration.release.catalogue import Mart, load_marts
from orchestration.release.serving import release_folder
from orchestration.release.warehouse import WAREHOUSE_FILE

ACTION = "export masked"
EVERY_HOSPITAL = "*"
TEXT = "varchar"


@dataclass(frozen=True)
class Masked:
    """What was handed out."""

    path: Path
    rows: int
    release_id: str


def export_masked(home: Home, path: Path, *, purpose: str | None, release_id: str | None = None) -> Masked:
    """Write a masked copy of a release's warehouse.

    Args:
        home: the warehouse; its pseudonym key is used.
        path: DuckDB file to write.
        purpose: why, for the access log.
        release_id: the release; by default the present one.

    Raises:
        AccessDenied: F49, the visitor has no grant for every hospital of the release; logged.
        ConfigurationError: F50, no pseudonym key.
        CasemixError: a plain number would have left; nothing is written.
    """
    folder = release_folder(home, release_id)
    hidden = path.with_name(f".{path.name}.tmp")
    hidden.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(hidden)) as con:
            con.execute(f"attach '{_quoted(folder / WAREHOUSE_FILE)}' as release (read_only)")
            for hospital_id in _hospitals(con):
                require_grant(home, ACTION, hospital_id, purpose=purpose)
            _write_pseudonyms(con, home)
            rows = sum(_copy(con, mart) for mart in load_marts().values())
            _require_masked(con)
            con.execute("drop table plain_number")
            con.execute("detach release")
            con.execute("checkpoint")
        record_access(home, ACTION, folder.name, rows=rows, purpose=purpose)
        hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)
    return Masked(path, rows, folder.name)


def _hospitals(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in con.execute("select distinct hospital_id from release.audit.dim_release order by 1").fetchall()]


def _write_pseudonyms(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Every number the marts hold in a column of numbers, with its pseudonym."""
    key = load_key(home)
    selects = [
        f"select distinct '{NUMBERS[c.name]}' as domain, hospital_id, \"{c.name}\" as plain from release.{mart.relation}"
        for mart in load_marts().values()
        for c in mart.columns
        if c.name in NUMBERS
    ]
    found = con.execute(f"select distinct * from ({' union all '.join(selects)}) where plain is not null order by all").fetchall()
    makers = {(d, h): pseudonymiser(key, d, h) for d, h, _ in found}
    table = pa.table(
        {
            "hospital_id": pa.array([h for _, h, _ in found], pa.string()),
            "plain": pa.array([p for _, _, p in found], pa.string()),
            "pseudonym": pa.array([makers[d, h](p) for d, h, p in found], pa.string()),
        }
    )
    con.register("numbers", table)
    con.execute("create table plain_number as select hospital_id, plain, min(pseudonym) as pseudonym from numbers group by all")
    con.unregister("numbers")


def _copy(con: duckdb.DuckDBPyConnection, mart: Mart) -> int:
    """Copy a mart with its texts masked; rows copied."""
    joins, columns = [], []
    for number, column in enumerate([*(c.name for c in mart.columns), "release_id"]):
        if column in MADE_OF_NUMBERS:
            columns.append(f'cast(null as varchar) as "{column}"')
        elif column in _texts_to_replace(mart):
            on = f'm.hospital_id = p{number}.hospital_id and m."{column}" = p{number}.plain'
            joins.append(f"left join plain_number as p{number} on {on}")
            columns.append(f'coalesce(p{number}.pseudonym, m."{column}") as "{column}"')
        else:
            columns.append(f'm."{column}"')
    con.execute(f"create schema if not exists {mart.schema}")
    source = f"release.{mart.relation} as m {' '.join(joins)}"
    con.execute(f"create table {mart.relation} as select {', '.join(columns)} from {source}")
    (rows,) = con.execute(f"select count(*) from {mart.relation}").fetchone() or (0,)
    return int(rows)


def _texts_to_replace(mart: Mart) -> set[str]:
    """Every text: whoever adds a column need not think of this file."""
    return _texts(mart)


def _texts(mart: Mart) -> set[str]:
    return {c.name for c in mart.columns if c.data_type == TEXT and c.name != "hospital_id"}


def _require_masked(con: duckdb.DuckDBPyConnection) -> None:
    """No cell is a plain number any more."""
    left = [name for mart in load_marts().values() for name in _plain_columns(con, mart, _texts(mart))]
    if left:
        raise CasemixError(
            f"plain numbers of persons or stays would leave in {', '.join(left)}",
            remedy="name the column in orchestration/privacy/identifiers.py",
            zh="脱敏不完整，未导出",
        )


def _plain_columns(con: duckdb.DuckDBPyConnection, mart: Mart, columns: Iterable[str]) -> list[str]:
    found = []
    for column in sorted(columns):
        query = f'select 1 from {mart.relation} as m semi join plain_number as p on m."{column}" = p.plain limit 1'
        if con.execute(query).fetchone() is not None:
            found.append(f"{mart.relation}.{column}")
    return found


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
