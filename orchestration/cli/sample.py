"""`casemix sample`: write the sample region's source files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

# Beside the sample, so that a run of it may make its own pseudonym key; real data never starts without one.
MARKER = ".casemix-sample"


def sample(
    folder: Annotated[Path, typer.Argument(help="Folder to write; must hold no sample yet.")] = Path("sample"),
    scale: Annotated[int | None, typer.Option(help="Charges of a hospital and month (default 18000).")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the generator: same seed, same files.")] = None,
    months: Annotated[int | None, typer.Option(help="Number of months from 2025-01 on (default 14).")] = None,
    fault: Annotated[str | None, typer.Option(help="Plant a fault of the catalogue, such as F13.")] = None,
) -> None:
    """Write a sample region: two hospitals, fourteen months, everything of the contract.

    Example: casemix sample ./sample --scale 200000
    """
    from orchestration.cli.console import console
    from orchestration.sample import write_sample

    given = {"scale": scale, "seed": seed, "months": months, "fault": fault}
    write_sample(folder, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    (folder / MARKER).write_text("Generated data; nobody in it exists.\n", encoding="utf-8")
    console.print(f"sample written to {folder} 示例数据已生成", markup=False)
    console.print(f"next 下一步: casemix run --config {folder / 'casemix.yml'} --month 2025-01 --simulation", markup=False)
