"""A hospital in contract form: one file per contract table in folders by month."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.contract import Table, load_contract
from orchestration.contract.model import HOSPITAL
from orchestration.sources.declarations import check_done, read_declarations
from orchestration.sources.files import KINDS, Expected, FileRelation, open_file
from orchestration.sources.issues import bad_file
from orchestration.sources.part import Declaration, Month, Part
from orchestration.sources.safe_files import below, symlink_error
from orchestration.sources.workbench import Workbench

REFERENCE = "reference"
MONTH_FOLDER = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass
class FolderDelivery:
    """Deliveries of one hospital in contract form; `listed` are the tables it says it delivers, None for all."""

    hospital_id: str
    folder: Path
    listed: frozenset[str] | None = None
    _declared: dict[str, dict[str, Declaration]] = field(default_factory=dict)

    def months(self) -> tuple[Month, ...]:
        """Months with a folder, ascending."""
        names = (p.name for p in self.folder.iterdir() if p.is_dir() and MONTH_FOLDER.fullmatch(p.name))
        return tuple(Month.parse(name) for name in sorted(names))

    def is_listed(self, table: str) -> bool | None:
        """Whether the hospital says it delivers the table; None when it says nothing."""
        return None if self.listed is None else table in self.listed

    def is_correction(self, month: Month) -> bool:
        """Whether every file of the month is declared a correction."""
        declared = self._declarations(str(month))
        return bool(declared) and all(d.is_correction for d in declared.values())

    def path_of(self, source_name: str) -> Path | None:
        """The file behind `<hospital>/<place>/<name>`."""
        return below(self.folder.parent, source_name) if source_name else None

    def check_month(self, month: Month) -> None:
        """Refuse a month that is not there, still being written, or holds files nobody would read."""
        folder = below(self.folder, str(month))
        if not folder.is_dir():
            raise bad_file(
                "F06",
                f"{self.hospital_id}/{month}",
                "is not in the delivery",
                "没有该月份的数据",
                "Hand over the month's folder.",
            )
        check_done(folder, f"{self.hospital_id}/{month}")
        for name, is_reference in ((str(month), False), (REFERENCE, True)):
            self._check_names(name, is_reference)

    def parts(self, bench: Workbench, table: Table, month: Month) -> list[Part]:
        """The table's files of the month, ready to read; empty when there is none."""
        place = REFERENCE if table.is_reference else str(month)
        declared = self._declarations(place)
        files = [p for p in _data_files(self.folder / place) if _table_of(p) == table.name]
        return [self._part(bench, table, place, path, declared.get(path.name, Declaration())) for path in files]

    def _declarations(self, place: str) -> dict[str, Declaration]:
        if place not in self._declared:
            folder = below(self.folder, place)
            self._declared[place] = read_declarations(folder, f"{self.hospital_id}/{place}") if folder.is_dir() else {}
        return self._declared[place]

    def _check_names(self, place: str, is_reference: bool) -> None:
        contract = load_contract()
        for path in _data_files(self.folder / place):
            table = _table_of(path)
            shown = f"{self.hospital_id}/{place}/{path.name}"
            if path.is_symlink():
                raise symlink_error(shown)
            if path.suffix.lower() == ".xls":
                raise bad_file(
                    "F14", shown, "is an .xls file, which is not read", "不支持 .xls 文件", "Save as .xlsx or deliver CSV."
                )
            if table not in contract:
                raise bad_file(
                    "F06", shown, "is not named after a contract table", "文件名不是约定的表名", "Rename the file or remove it."
                )
            if contract[table].is_reference is not is_reference:
                where = f"{REFERENCE}/" if contract[table].is_reference else "the folder of its month"
                raise bad_file("F06", shown, f"belongs into {where}", "文件放错目录", f"Move it to {where}.")

    def _part(self, bench: Workbench, table: Table, place: str, path: Path, declared: Declaration) -> Part:
        shown = f"{self.hospital_id}/{place}/{path.name}"
        names = table.column_names
        required = [name for name in names if name != HOSPITAL]
        file = open_file(bench, below(self.folder, f"{place}/{path.name}"), shown, Expected(required, names), declared=declared)
        return _file_part(table, file, declared)


def _file_part(table: Table, file: FileRelation, declared: Declaration) -> Part:
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
        notes=file.notes,
    )


def _data_files(folder: Path) -> list[Path]:
    if folder.is_symlink():
        raise symlink_error(folder.name)
    if not folder.is_dir():
        return []
    found = (p for p in folder.iterdir() if p.suffix.lower() in (*KINDS, ".xls") and not p.name.startswith("."))
    return sorted(found, key=lambda p: (p.name.count("."), p.name))


def _table_of(path: Path) -> str:
    return path.name.split(".", 1)[0]
