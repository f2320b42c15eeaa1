"""Group a CSV of cases with one pack: batches are read, grouped side by side and written in the order of the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from orchestration.grouping.cases import BATCH_BYTES, read_batches
from orchestration.grouping.engine import OUTPUT_COLUMNS, Engine


@dataclass(frozen=True)
class Grouped:
    """What a grouping run did: cases per status."""

    cases: int
    by_status: Mapping[str, int]


def group_file(
    source: Path, engine: Engine, output: Path, columns: Mapping[str, str] | None = None, batch_bytes: int = BATCH_BYTES
) -> Grouped:
    """Write one row per case of `source` to `output`, in the order of the file.

    Args:
        source: UTF-8 CSV with a header; codes separated by `|`, principal diagnosis and main procedure first.
        engine: holds the pack; as many batches are grouped side by side as it has threads.
        output: CSV with the columns case_id, mdc, adrg, drg, status, complication, rule; replaced when complete.
        columns: names of the source's columns by field where they differ from the default; "" = the field is missing.
        batch_bytes: bytes of the file grouped at once; bounds memory, changes no result.

    Raises:
        BadInput: a column is missing, a number is none, or the file is no UTF-8 CSV.
    """
    # The system's allocator keeps the pages of one batch for the next; fresh pages cost an eighth of the time.
    pa.set_memory_pool(pa.system_memory_pool())
    counts: dict[str, int] = {}
    with _replacing(output) as part, _result_file(part) as write:
        for result in side_by_side(engine, read_batches(source, columns or {}, batch_bytes)):
            write(result)
            for entry in result["status"].value_counts().to_pylist():
                counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    return Grouped(sum(counts.values()), dict(sorted(counts.items())))


def side_by_side(engine: Engine, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Results in the order of the batches; one batch more than there are threads is held in memory."""
    waiting: deque[Future[pa.Table]] = deque()
    with ThreadPoolExecutor(engine.threads) as pool:
        for batch in batches:
            waiting.append(pool.submit(engine.group, batch))
            if len(waiting) > engine.threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """A file beside the output that takes its place when all went well."""
    part = output.with_name(f".{output.name}.part")
    try:
        yield part
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _result_file(path: Path) -> Iterator[Any]:
    schema = pa.schema([(name, pa.string()) for name in OUTPUT_COLUMNS])
    options = pa_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    with pa_csv.CSVWriter(path, schema, write_options=options) as writer:
        yield lambda table: writer.write_table(table.cast(schema))
