"""Write a sample region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.sample.delivery.contract_form import write_contract_form
from orchestration.sample.delivery.h1_files import write_files
from orchestration.sample.delivery.h2_database import write_database
from orchestration.sample.delivery.native import write_yaml
from orchestration.sample.faults import FAULTS, DeliveryEditor
from orchestration.sample.months import HospitalSample
from orchestration.sample.settings import DEFAULT_SCALE, FIRST_MONTH, HOSPITAL_IDS, MONTHS, Settings

CONFIGURATION = "casemix.yml"
FORMS = ("native", "contract")
FILE_FORMATS = ("csv", "parquet")
NATIVE_WRITERS: dict[str, Callable[[Path, HospitalSample], None]] = {"H1": write_files, "H2": write_database}


def write_sample(
    folder: Path,
    *,
    scale: int = DEFAULT_SCALE,
    seed: int = 20250101,
    months: int = MONTHS,
    first_month: str = FIRST_MONTH,
    hospitals: Sequence[str] = HOSPITAL_IDS,
    fault: str | None = None,
    form: str | None = None,
    file_format: str = "csv",
) -> None:
    """Write the source files of the sample hospitals; the same arguments give the same bytes.

    Args:
        folder: where to write; made when missing, and must hold no sample yet.
        scale: wanted charges of a hospital and month.
        months: how many months, from `first_month` on, which is the month of go-live.
        fault: code of a fault to plant into the first month of the first hospital (contract form as CSV).
        form: `contract` or `native` (the default without a fault).
        file_format: `csv` or `parquet`, for the contract form.

    Raises:
        ConfigurationError: an unknown hospital, form or fault, or a folder that already holds a sample.
    """
    for hospital_id in hospitals:
        _check_choice("hospital", hospital_id, HOSPITAL_IDS)
    if (folder / CONFIGURATION).exists():
        raise ConfigurationError(
            f"{folder} already holds a sample", zh=f"{folder} 中已有样例", remedy="Choose another folder or remove it."
        )
    form = form or ("contract" if fault else "native")
    _check_choice("form", form, FORMS)
    _check_choice("file format", file_format, FILE_FORMATS)
    if fault:
        _check_choice("fault", fault, FAULTS)
        if (form, file_format) != ("contract", "csv"):
            raise ConfigurationError("faults are planted into the contract form as CSV", remedy="Leave out form and file format.")
    settings = Settings(scale=scale, seed=seed, first_month=first_month, months=months)
    for hospital_id in hospitals:
        sample = HospitalSample.build(hospital_id, settings)
        if form == "contract":
            write_contract_form(folder, sample, file_format)
        else:
            NATIVE_WRITERS[hospital_id](folder, sample)
    _write_configuration(folder, hospitals, form)
    if fault:
        FAULTS[fault].plant(DeliveryEditor(folder, hospitals[0], first_month))


def _check_choice(what: str, given: str, known: Iterable[str]) -> None:
    if given not in known:
        raise ConfigurationError(
            f"unknown {what} {given}", zh=f"没有这样的选项：{given}", remedy=f"Choose from {', '.join(known)}."
        )


def _write_configuration(folder: Path, hospitals: Sequence[str], form: str) -> None:
    entries = [{"mapping": f"{h}/mapping.yml"} for h in hospitals] if form == "native" else [{"folder": "."}]
    write_yaml(folder / CONFIGURATION, {"hospitals": entries}, "样例区域：casemix run --config casemix.yml --month 2025-01")
