"""A hospital read through its mapping: databases, files under their own names, SQL over a folder of files."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from orchestration.contract import Table
from orchestration.contract.model import HOSPITAL
from orchestration.errors import ConfigurationError, Place
from orchestration.sources.databases import read_database
from orchestration.sources.declarations import check_done, read_declarations
from orchestration.sources.files import Expected, FileRelation, open_file
from orchestration.sources.folder_query import read_folder_query
from orchestration.sources.issues import bad_file
from orchestration.sources.mapping import ColumnMapping, Crosswalk, Mapping, TableMapping
from orchestration.sources.part import Declaration, Month, Original, Part, RawColumn
from orchestration.sources.safe_files import below, read_original
from orchestration.sources.text import identifier, literal
from orchestration.sources.workbench import Workbench

MONTH_PLACES = {"{month}": "[0-9][0-9][0-9][0-9]-[0-9][0-9]", "{yyyymm}": "[0-9][0-9][0-9][0-9][0-9][0-9]"}


@dataclass
class MappedDelivery:
    """Deliveries of one mapped hospital; a month's tables are read when they are asked for."""

    hospital_id: str
    mapping: Mapping
    _paths: dict[str, Path] = field(default_factory=dict)

    def months(self) -> tuple[Month, ...]:
        """Months the mapping declares, else those of its file names; empty when only a database knows."""
        if self.mapping.months:
            return _range(*self.mapping.months)
        found = {month for table in self.mapping.tables.values() if table.file for month in self._file_months(table.file)}
        return tuple(Month.parse(text) for text in sorted(found))

    def is_listed(self, table: str) -> bool | None:
        """Whether the mapping lists the table as delivered."""
        return table in (self.mapping.delivers or frozenset())

    def is_correction(self, month: Month) -> bool:
        """A mapped source always says everything."""
        return False

    def check_month(self, month: Month) -> None:
        """Refuse a month outside the declared ones, or one whose folder is still being written."""
        months = self.months()
        if months and month not in months:
            raise bad_file(
                "F06", f"{self.hospital_id}/{month}", "is not in the delivery", "没有该月份的数据", "Hand over the month's files."
            )
        for folder in self._month_folders(month):
            check_done(folder, f"{self.hospital_id}/{folder.name}")

    def path_of(self, source_name: str) -> Path | None:
        """The file behind a name used in messages."""
        return self._paths.get(source_name)

    def parts(self, bench: Workbench, table: Table, month: Month) -> list[Part]:
        """The table's pieces of the month: one per file, or the result of one query."""
        spec = self.mapping.tables[table.name]
        if spec.file is not None:
            return self._file_parts(bench, table, spec, month)
        connection = self.mapping.connections[str(spec.connection)]
        columns = _source_columns(spec)
        shown = f"{self.hospital_id}/{connection.name}"
        if connection.url is not None:
            result = read_database(bench, connection.url, self.mapping.folder, shown, table, spec, month)
        else:
            result = read_folder_query(bench, connection, shown, spec, month)
        missing = [column for column in columns if column not in result.types]
        if missing:
            raise bad_file(
                "F08",
                result.source_name,
                f"columns missing: {', '.join(missing)}",
                f"缺少列：{'、'.join(missing)}",
                column=missing[0],
            )
        raw = {column: RawColumn(identifier(column), result.types[column], column) for column in columns}
        part = Part(
            table=table.name,
            source_name=result.source_name,
            kind=result.kind,
            relation=result.relation,
            columns=raw,
            originals=result.originals,
            query=result.query,
            selects_month=result.selects_month,
        )
        return [self._map(bench, spec, part, month)]

    def _file_parts(self, bench: Workbench, table: Table, spec: TableMapping, month: Month) -> list[Part]:
        pattern = str(spec.file)
        by_month = any(place in pattern for place in MONTH_PLACES)
        if not by_month and not table.is_reference and table.month_column is None:
            raise ConfigurationError(
                f"{table.name} has no month column, so its file needs {{month}} in its name.",
                rule="MAP-01",
                zh=f"{table.zh} 没有月份列，文件名须含 {{month}}",
                place=Place(str(self.mapping.path)),
                remedy="Put the month into the file name, or use a query.",
            )
        names = _source_columns(spec)
        expected = Expected(names, names, refuse_unknown=spec.unmapped_columns == "reject")
        parts = []
        for path in self._matching(spec, month):
            name = f"{self.hospital_id}/{path.relative_to(self._base(spec)).as_posix()}"
            self._paths[name] = path
            declared = read_declarations(path.parent, f"{self.hospital_id}/{path.parent.name}").get(path.name, Declaration())
            file = open_file(
                bench, path, name, expected, declared=declared, encoding=spec.encoding, delimiter=spec.delimiter, sheet=spec.sheet
            )
            parts.append(self._map(bench, spec, _part_of(table, spec, file, declared, selects_month=by_month), month))
        return parts

    def _month_folders(self, month: Month) -> list[Path]:
        """Folders of the month that the file patterns name."""
        found = set()
        for spec in self.mapping.tables.values():
            places = Path(spec.file or "").parts[:-1]
            if "{month}" in places:
                found.add(self._base(spec).joinpath(*places[: places.index("{month}")], str(month)))
        return sorted(found)

    def _base(self, spec: TableMapping) -> Path:
        if spec.connection is not None:
            return self.mapping.connections[spec.connection].folder or self.mapping.folder
        return self.mapping.folder

    def _matching(self, spec: TableMapping, month: Month) -> list[Path]:
        pattern = str(spec.file).replace("{month}", str(month)).replace("{yyyymm}", f"{month.start:%Y%m}")
        base = self._base(spec)
        below(base, re.sub(r"[*?\[\]]", "_", pattern))
        found = sorted(base.glob(pattern)) if re.search(r"[*?\[]", pattern) else [base / pattern]
        return [below(base, path.relative_to(base).as_posix()) for path in found if path.exists() or path.is_symlink()]

    def _file_months(self, pattern: str) -> set[str]:
        glob, regex = pattern, re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
        for place, digits in MONTH_PLACES.items():
            glob = glob.replace(place, digits)
            first, later = f"({digits})", digits
            regex = regex.replace(re.escape(place), first, 1).replace(re.escape(place), later)
        months = set()
        for path in self.mapping.folder.glob(glob) if glob != pattern else ():
            match = re.fullmatch(regex, path.relative_to(self.mapping.folder).as_posix())
            if match:
                text = match[1]
                months.add(text if "-" in text else f"{text[:4]}-{text[4:]}")
        return months

    def _map(self, bench: Workbench, spec: TableMapping, part: Part, month: Month) -> Part:
        """Rename and translate source columns to contract columns."""
        if not part.relation:
            return part
        if spec.where and part.kind in ("csv", "xlsx", "parquet"):
            raise ConfigurationError(
                f"{spec.name}: where is for database tables; for files use a query over a folder.",
                rule="MAP-01",
                zh="文件来源不支持 where，请改用 query",
                place=Place(str(self.mapping.path)),
                remedy="Replace where by a folder connection with a query.",
            )
        columns: dict[str, RawColumn] = {}
        walks: list[tuple[str, RawColumn, str]] = []
        notes = list(part.notes)
        for name, column in spec.columns.items():
            raw = self._column(column, part.columns, month)
            if column.crosswalk:
                relation, original = self._crosswalk(bench, column.crosswalk)
                notes.append(f"crosswalk {original.name} sha256 {original.sha256}")
                walks.append((f"walk_{name}", raw, relation))
                raw = _translated(raw, f"walk_{name}.target", f"walk_{name}.target is null", column.unmapped)
            columns[name] = raw
        columns.pop(HOSPITAL, None)
        return replace(
            part, columns=columns, relation=_joined(part.relation, walks), notes=tuple(notes), round_money=spec.round_money
        )

    def _column(self, column: ColumnMapping, raw: MappingType[str, RawColumn], month: Month) -> RawColumn:
        if column.is_row_number:
            return RawColumn("source_row", "BIGINT", "row number")
        if column.is_month_start:
            return RawColumn(f"date '{month.start}'", "DATE", "month")
        if column.column is None:
            value = "cast(null as varchar)" if column.constant is None else literal(column.constant)
            return RawColumn(value, "VARCHAR", "constant")
        source = replace(raw[column.column], date_format=column.format)
        if column.value_map is None:
            return source
        text = _as_text(source)
        cases = " ".join(f"when {literal(k)} then {'null' if v is None else literal(v)}" for k, v in column.value_map.items())
        codes = ", ".join(literal(k) for k in column.value_map)
        known = f"{text} in ({codes})"
        return _translated(source, f"case {text} {cases} end", f"not ({known})", column.unmapped)

    def _crosswalk(self, bench: Workbench, walk: Crosswalk) -> tuple[str, Original]:
        path = below(self.mapping.folder, walk.file)
        if not path.exists():
            raise bad_file("F06", walk.file, "the crosswalk file does not exist", "缺少代码对照文件")
        original = read_original(path, walk.file)
        with path.open(encoding=walk.encoding, newline="") as file:
            reader = csv.DictReader(file)
            if not {walk.source, walk.target} <= set(reader.fieldnames or ()):
                raise bad_file(
                    "F08", walk.file, f"needs the columns {walk.source} and {walk.target}", "代码对照文件缺少列", row=1
                )
            pairs: dict[str, str] = {}
            for number, row in enumerate(reader, start=2):
                if pairs.setdefault(row[walk.source].strip(), row[walk.target].strip()) != row[walk.target].strip():
                    raise bad_file("F20", walk.file, "translates one code in two ways", "同一代码有两种对照", row=number)
        return bench.register(pa.table({"source": list(pairs), "target": list(pairs.values())})), original


def _source_columns(spec: TableMapping) -> list[str]:
    """Source columns the mapping names, each once, in order."""
    return list(dict.fromkeys(c.column for c in spec.columns.values() if c.column is not None))


def _part_of(table: Table, spec: TableMapping, file: FileRelation, declared: Declaration, *, selects_month: bool) -> Part:
    return Part(
        table=table.name,
        source_name=file.original.name,
        kind=file.kind,
        relation=file.relation,
        columns=file.columns,
        originals=(file.original,),
        encoding=file.encoding,
        declared=declared,
        cell_columns=file.cell_columns or {},
        selects_month=selects_month,
        notes=file.notes,
    )


def _as_text(raw: RawColumn) -> str:
    return f"trim(cast({raw.expression} as varchar))"


def _translated(raw: RawColumn, target: str, not_found: str, unmapped: str) -> RawColumn:
    """A column after translation; codes that are not found are refused, kept or emptied."""
    text = _as_text(raw)
    missing = f"nullif({text}, '') is not null and {not_found}"
    expression = f"case when {missing} then {text} else {target} end" if unmapped == "keep" else target
    refused = missing if unmapped == "reject" else None
    return RawColumn(f"({expression})", "VARCHAR", raw.label, refused, raw.date_format, untranslated=text)


def _joined(relation: str, walks: list[tuple[str, RawColumn, str]]) -> str:
    if not walks:
        return relation
    joins = " ".join(f"left join {walk} as {alias} on {alias}.source = {_as_text(raw)}" for alias, raw, walk in walks)
    return f"{relation} as source_rows {joins}"


def _range(first: str, last: str) -> tuple[Month, ...]:
    months, month = [], Month.parse(first)
    while str(month) <= last:
        months.append(month)
        month = Month(month.next_start)
    return tuple(months)
