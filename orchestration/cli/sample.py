"""`casemix sample`: write the sample region's source files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

# Beside the sample, so that a run of it may make its own pseudonym key; real data never starts without one.
MARKER = ".casemix-sample"


def sample(
    folder: Annotated[Path, typer.Argument(help="Folder to write.")] = Path("sample"),
    scale: Annotated[float, typer.Option(help="Size: 1 is a few thousand charges a hospital and month.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of the generator; same seed, same files.")] = 1,
    months: Annotated[int, typer.Option(help="Number of months, from 2025-01.")] = 14,
    fault: Annotated[str | None, typer.Option(help="Plant a fault of the catalogue, such as F13.")] = None,
) -> None:
    """Write a sample region: two hospitals, fourteen months, everything of the contract.

    Example: casemix sample ./sample --scale 2
    """
    from orchestration.cli.console import console
    from orchestration.sample import write_sample

    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("Generated data; nobody in it exists.\n", encoding="utf-8")
    write_sample(folder, scale=scale, seed=seed, months=months, fault=fault)
    console.print(f"sample written to {folder} 示例数据已生成", markup=False)
    console.print(f"next: casemix run --config {folder / 'casemix.yml'} --month 2025-01 --simulation", markup=False)
