"""A policy folder: which file holds each table, and how a hospital's folder lies over the default one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from orchestration.contract import Contract, load_policy_contract
from orchestration.errors import ConfigurationError, Place
from orchestration.home import DEFAULT_POLICY
from orchestration.policy.model import Policy
from orchestration.policy.problems import Problem, refuse
from orchestration.policy.reading import Row, read_rows
from orchestration.policy.rules import find_problems

PARAMETER = "parameter"


def load_policy(folder: Path | None = None, default: Path = DEFAULT_POLICY) -> Policy:
    """Read and validate a policy.

    A file in `folder` replaces the default file whole; parameter.csv alone is merged by hospital and parameter. A file
    that is not there keeps the default; a file with only its header means no rows.

    Raises:
        ConfigurationError: a file or row breaks the contract or contradicts another row.
    """
    contract = load_policy_contract()
    paths = {table.name: default / f"{table.name}.csv" for table in contract}
    refuse(_missing_defaults(paths.values()))
    given = _files_of(folder, contract) if folder else {}
    rows = {name: read_rows(path, contract[name]) for name, path in (paths | given).items()}
    registry = read_rows(paths[PARAMETER], contract[PARAMETER]) if PARAMETER in given else rows[PARAMETER]
    rows[PARAMETER] = _merge(registry, rows[PARAMETER]) if PARAMETER in given else registry
    refuse(find_problems(rows, registry))
    return Policy(rows)


def load_table(name: str, folder: Path | None = None, default: Path = DEFAULT_POLICY) -> tuple[Row, ...]:
    """Rows of one policy table alone; other than `load_policy` it checks them only against the contract.

    Raises:
        ConfigurationError: the file breaks the contract.
    """
    given = folder / f"{name}.csv" if folder else None
    return read_rows(given if given and given.is_file() else default / f"{name}.csv", load_policy_contract()[name])


def _files_of(folder: Path, contract: Contract) -> dict[str, Path]:
    if not folder.is_dir():
        raise ConfigurationError(
            f"policy folder {folder} does not exist",
            place=Place(file=str(folder)),
            remedy="Pass --policy with a folder of policy CSV files.",
            zh="政策目录不存在",
        )
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    refuse(_unknown_file(path, contract) for name, path in files.items() if name not in contract)
    return files


def _unknown_file(path: Path, contract: Contract) -> Problem:
    near = get_close_matches(path.stem, [table.name for table in contract], n=1)
    hint = f"Did you mean {near[0]}.csv?" if near else "Names of policy tables are listed in seeds/policy."
    return Problem("F08", path, None, f"{path.name} is not a policy table", hint, f"{path.name} 不是政策表")


def _missing_defaults(paths: Iterable[Path]) -> list[Problem]:
    return [
        Problem(
            "F06",
            path,
            None,
            f"default policy table {path.name} is missing",
            "Restore the default policy folder.",
            "缺少默认政策表",
        )
        for path in paths
        if not path.is_file()
    ]


def _merge(default: tuple[Row, ...], given: tuple[Row, ...]) -> tuple[Row, ...]:
    replaced = {(row["hospital_id"], row["parameter_code"]) for row in given}
    return given + tuple(row for row in default if (row["hospital_id"], row["parameter_code"]) not in replaced)
