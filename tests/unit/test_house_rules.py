"""Rules of the house that a machine can check: names, layers, length, determinism."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from orchestration.home import DBT_PROJECT, DEFAULT_POLICY, PROJECT_ROOT

MODELS = DBT_PROJECT / "models"
LAYERS = ("staging", "conformed", "costing", "grouping", "settlement", "scoring", "marts", "gates", "bi")
SEES = {
    "staging": {"staging"},
    "conformed": {"staging", "conformed"},
    "costing": {"staging", "conformed", "costing"},
    "grouping": {"staging", "conformed", "grouping"},
    "settlement": {"staging", "conformed", "costing", "grouping", "settlement", "marts"},
    "scoring": {"staging", "conformed", "costing", "grouping", "settlement", "scoring", "marts"},
    "marts": set(LAYERS) - {"gates", "bi"},
    "gates": set(LAYERS) - {"bi"},
    "bi": {"marts", "bi"},
}
NAMES = {
    "staging": r"stg_\w+?__\w+",
    "conformed": r"int_(conformed|front_page)__\w+",
    "costing": r"int_costing__\w+",
    "grouping": r"int_grouping__\w+",
    "settlement": r"int_settlement__\w+",
    "scoring": r"int_scoring__\w+",
    "marts": r"(fct|dim|rpt)_\w+",
    "gates": r"(gate_|int_).*",
    "bi": r"\w+",
}
UNSTABLE = {
    "clock": r"\b(now|current_date|current_timestamp|today)\b\s*\(?",
    "chance": r"\b(random|uuid|gen_random_uuid|setseed)\s*\(",
    "arbitrary row": r"\b(any_value|arg_max|arg_min|max_by|min_by|mode|first|last)\s*\(",
    "unordered list": r"\b(string_agg|list|array_agg|group_concat|listagg)\s*\((?![^()]*(\([^()]*\)[^()]*)*\border by\b)",
    "floating point": r"(::|\bas\s+)(double|float|real)\b",
}
UNKEYED_WINDOW = (
    r"\b(row_number|rank|dense_rank|ntile|lag|lead|first_value|last_value)\s*\([^()]*\)"
    r"\s*over\s*\(\s*(partition by ((?!order by)[^()])*)?\)"
)


def _layer(path: Path) -> str:
    return path.relative_to(MODELS).parts[0]


def _code(path: Path) -> str:
    text = path.read_text(encoding="utf-8").lower()
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    return re.sub(r"--[^\n]*", "", text)


MODEL_FILES = sorted(MODELS.rglob("*.sql"))
SQL_FILES = sorted([*MODEL_FILES, *(DBT_PROJECT / "macros").rglob("*.sql"), *(DBT_PROJECT / "tests").rglob("*.sql")])
LAYER_OF = {path.stem: _layer(path) for path in MODEL_FILES}


def broken_rules(code: str) -> list[str]:
    """Names of the determinism rules a text breaks."""
    found = [name for name, pattern in UNSTABLE.items() if re.search(pattern, code)]
    return found + (["window without order"] if re.search(UNKEYED_WINDOW, code) else [])


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda p: p.stem)
def test_sql_is_deterministic_and_exact(path: Path) -> None:
    assert broken_rules(_code(path)) == []


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda p: p.stem)
def test_model_is_named_after_its_layer_and_stays_small(path: Path) -> None:
    assert re.fullmatch(NAMES[_layer(path)], path.stem)
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 150


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda p: p.stem)
def test_model_reads_only_layers_it_may_see(path: Path) -> None:
    names = re.findall(r"ref\(\s*['\"](\w+)['\"]\s*\)", path.read_text(encoding="utf-8"))
    unseen = {n for n in names if LAYER_OF.get(n) not in SEES[_layer(path)]}
    allowed = {"int_conformed__quarantined_case"} if _layer(path) == "conformed" else set()
    assert unseen - allowed == set()


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda p: p.stem)
def test_model_and_its_columns_are_described(path: Path) -> None:
    documents = [p.read_text(encoding="utf-8") for p in path.parent.glob("*.yml")]
    assert any(re.search(rf"name:\s*{path.stem}\b", text) for text in documents), f"{path.stem} is in no YAML beside it"


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("select now() as t", "clock"),
        ("select random() as r", "chance"),
        ("select any_value(x) as x from t", "arbitrary row"),
        ("select string_agg(x, ',') as x from t", "unordered list"),
        ("select x::double as x from t", "floating point"),
        ("select row_number() over (partition by a) as n from t", "window without order"),
    ],
)
def test_each_determinism_rule_catches_its_fault(code: str, rule: str) -> None:
    assert broken_rules(code) == [rule]


@pytest.mark.parametrize(
    "code", ["select string_agg(x, ',' order by x) as x", "select row_number() over (partition by a order by b) as n"]
)
def test_ordered_constructs_pass(code: str) -> None:
    assert broken_rules(code) == []


def test_every_parameter_is_read() -> None:
    """A parameter that moves nothing promises what it does not keep."""
    with (DEFAULT_POLICY / "parameter.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["parameter_code"] for row in csv.DictReader(file)}
    readers = [*DBT_PROJECT.rglob("*.sql"), *DBT_PROJECT.rglob("*.yml"), *(PROJECT_ROOT / "orchestration").rglob("*.py")]
    words = {word for path in readers for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    assert codes, "the registry of parameters is empty"
    assert sorted(codes - words) == []


def test_python_rooms_do_not_know_dagster_or_the_command_line() -> None:
    allowed = {"dagster", "cli.py", "definitions.py", "cli"}
    for path in (PROJECT_ROOT / "orchestration").rglob("*.py"):
        room = path.relative_to(PROJECT_ROOT / "orchestration").parts[0]
        if room in allowed:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import dagster|from dagster\b|from orchestration\.(dagster|cli)\b)", text, flags=re.M), path


def test_nothing_names_a_machine() -> None:
    pattern = re.compile(r"(^|[^a-zA-Z0-9_.])/(work|root|farm)/|--(extra-)?index-url|https?://[^ ]*/(simple|packages)/")
    tracked = [
        p for p in PROJECT_ROOT.rglob("*") if p.suffix in {".py", ".sql", ".yml", ".md", ".toml", ".csv", ".lock"} and p.is_file()
    ]
    ours = [p for p in tracked if not any(part in {".venv", ".git", "target"} for part in p.parts) and p != Path(__file__)]
    assert [p for p in ours if pattern.search(p.read_text(encoding="utf-8", errors="replace"))] == []
