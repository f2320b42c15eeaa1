"""Who delivers what: the deliveries below a source folder or named by a configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import jsonschema

from orchestration.contract import Table
from orchestration.errors import ConfigurationError, Place
from orchestration.sources.folder import MONTH_FOLDER, REFERENCE, FolderDelivery
from orchestration.sources.mapped import MappedDelivery
from orchestration.sources.mapping import load_mapping
from orchestration.sources.part import Month, Part
from orchestration.sources.safe_files import SAFE_NAME, symlink_error
from orchestration.sources.workbench import Workbench
from orchestration.sources.yaml_lines import read_yaml

MAPPING_FILE = "mapping.yml"
CONFIG_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["hospitals"],
    "properties": {
        "hospitals": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "oneOf": [{"required": ["mapping"]}, {"required": ["folder"]}],
                "properties": {"mapping": {"type": "string"}, "folder": {"type": "string"}},
            },
        }
    },
}


class Delivery(Protocol):
    """Everything one hospital hands over, whatever it comes from."""

    hospital_id: str

    def months(self) -> tuple[Month, ...]:
        """Months that can be read, ascending; empty when only the source knows."""

    def is_listed(self, table: str) -> bool | None:
        """Whether the hospital says it delivers the table; None when it says nothing."""

    def is_correction(self, month: Month) -> bool:
        """Whether the month's files only correct what was sent before, so that missing tables stay as they are."""

    def check_month(self, month: Month) -> None:
        """BadInput when the month is not there or not complete yet."""

    def parts(self, bench: Workbench, table: Table, month: Month) -> list[Part]:
        """The table's pieces of the month, checked as files and ready to be judged; empty when there is none."""

    def path_of(self, source_name: str) -> Path | None:
        """The file behind a name used in messages."""


def open_deliveries(source: Path | None = None, config: Path | None = None) -> list[Delivery]:
    """Deliveries in order of hospital_id.

    Args:
        source: folder with one folder per hospital, in contract form or with a mapping.
        config: YAML file that names mappings and folders.

    Raises:
        ConfigurationError: neither or both given, nothing found, a hospital twice, or a mapping that is not valid.
        BadInput: F17 for links.
    """
    if (source is None) == (config is None):
        raise _error("give either a source folder or a configuration file", None, "Use --source DIR or --config FILE.")
    found = _below(Path(source).absolute()) if source is not None else _configured(Path(config or ""))
    hospitals = [delivery.hospital_id for delivery in found]
    double = {h for h in hospitals if hospitals.count(h) > 1}
    if double:
        raise _error(f"hospital {min(double)} is named twice", config or source, "Name each hospital once.")
    return sorted(found, key=lambda d: d.hospital_id)


def _below(folder: Path) -> list[Delivery]:
    if not folder.is_dir():
        raise _error(f"the source folder {folder} does not exist", folder, "Check the path; casemix sample writes one to try.")
    found = []
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or not SAFE_NAME.fullmatch(path.name):
            continue
        if path.is_symlink():
            raise symlink_error(path.name)
        if (path / MAPPING_FILE).exists() or _has_contract_form(path):
            found.append(_hospital(path))
    if not found:
        raise _error(
            f"no hospital below {folder}", folder, "Expected <hospital_id>/<YYYY-MM>/<table>.csv or <hospital_id>/mapping.yml."
        )
    return found


def _has_contract_form(path: Path) -> bool:
    return any(p.is_dir() and (p.name == REFERENCE or MONTH_FOLDER.fullmatch(p.name)) for p in path.iterdir())


def _hospital(folder: Path) -> Delivery:
    path = folder / MAPPING_FILE
    if not path.exists():
        return FolderDelivery(folder.name, folder)
    mapping = load_mapping(path)
    if mapping.hospital_id not in (None, folder.name):
        raise _error(
            f"the mapping is for {mapping.hospital_id} but lies in the folder of {folder.name}", path, "Correct hospital_id."
        )
    if mapping.tables:
        return MappedDelivery(folder.name, mapping)
    return FolderDelivery(folder.name, folder, mapping.delivers)


def _configured(path: Path) -> list[Delivery]:
    path = path.absolute()
    document = read_yaml(path)
    errors = sorted(jsonschema.Draft202012Validator(CONFIG_SCHEMA).iter_errors(document.content), key=lambda e: str(e.json_path))
    if errors:
        where = ".".join(str(p) for p in errors[0].absolute_path) or "the file"
        raise ConfigurationError(
            f"The configuration is not valid at {where}: {errors[0].message}",
            rule="MAP-01",
            zh="配置文件不符合格式",
            place=Place(str(path), row=document.line(tuple(errors[0].absolute_path))),
            remedy="Name hospitals by mapping: FILE or folder: DIR.",
        )
    found: list[Delivery] = []
    for entry in document.content["hospitals"]:
        if "folder" in entry:
            found += _below(path.parent / entry["folder"])
            continue
        mapping = load_mapping(path.parent / entry["mapping"])
        if mapping.hospital_id is None or not mapping.tables:
            raise _error("a mapping named here needs hospital_id and tables", mapping.path, "Complete the mapping.")
        found.append(MappedDelivery(mapping.hospital_id, mapping))
    return found


def _error(message: str, path: Path | None, remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"Nothing to read: {message}.",
        rule="MAP-01",
        zh="找不到可读取的数据来源",
        place=Place(str(path) if path else None),
        remedy=remedy,
    )
