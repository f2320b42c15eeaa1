"""The sample region on a real PostgreSQL: every role in every mart and view sees its own rows and no number it may not see."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import duckdb
import psycopg
import pytest

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.privacy.access import read_log
from orchestration.privacy.identifiers import IDENTIFIERS, NUMBERS
from orchestration.release.bi import bi_view
from orchestration.release.catalogue import Mart, load_marts
from orchestration.run.settings import read_settings, write_settings
from orchestration.serving.postgres.publish import publish_to_postgres
from tests.conftest import Casemix, published
from tests.end_to_end.conftest import Published, copy_home
from tests.end_to_end.test_cockpit import Reader
from tests.support.postgres import as_account, running_server

GRANTS = """grantee,role,hospital_id,dept_id,valid_from,valid_to,source_type,source_ref,approved_by,recorded_at
head_0101,department_head,H1,0101,2000-01-01,,local,t,t,2023-12-15
finance_h1,finance,H1,,2000-01-01,,local,t,t,2023-12-15
auditor_h2,auditor,H2,,2000-01-01,,local,t,t,2023-12-15
region,region,*,,2000-01-01,,local,t,t,2023-12-15
gone,finance,H1,,2000-01-01,2001-01-01,local,t,t,2023-12-15
absent,finance,H1,,2000-01-01,,local,t,t,2023-12-15
"""
HEAD, FINANCE, AUDITOR, REGION, GONE, STRANGER = "head_0101", "finance_h1", "auditor_h2", "region", "gone", "stranger"
ACCOUNTS = (HEAD, FINANCE, AUDITOR, REGION, GONE, STRANGER)
HOSPITALS = {FINANCE: {"H1"}, AUDITOR: {"H2"}, REGION: {"H1", "H2"}}
IDENTIFIED = (FINANCE, AUDITOR)
MARTS = load_marts()
DIMENSIONS = {"costed.dim_item"}
SIZES = (
    "select hospital_id, month, {0} from grouped.fct_case where {0} is not null group by hospital_id, month, {0} having count(*)"
)


@pytest.fixture(scope="module")
def home(january: Published, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("served")
    (folder / "policy").mkdir()
    (folder / "policy" / "access_grant.csv").write_text(GRANTS, encoding="utf-8")
    home = copy_home(january.home, folder / "warehouse")
    write_settings(replace(read_settings(home), policy=folder / "policy"))
    return home


@pytest.fixture(scope="module")
def server(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds January of both hospitals."""
    with running_server(tmp_path_factory.mktemp("server")) as url:
        with psycopg.connect(url) as con:
            for account in ACCOUNTS:
                con.execute(f'create role "{account}" login')
        publish_to_postgres(home, url, purpose="test")
        yield url


@pytest.fixture(scope="module")
def release(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy: the command under test opens the file with settings of its own, which one process may do once only."""
    copied = shutil.copy(home.current / "warehouse.duckdb", tmp_path_factory.mktemp("release"))
    with duckdb.connect(str(copied), read_only=True) as con:
        yield con


def shown(mart: Mart) -> str:
    """Columns of a mart that hold no number."""
    return ", ".join(f'"{c.name}"' for c in mart.columns if c.name not in IDENTIFIERS)


def one(con: Any, query: str) -> Any:
    return con.execute(query).fetchone()[0]


@pytest.mark.parametrize("mart", MARTS.values(), ids=lambda mart: mart.relation)
def test_hospital_and_region_see_all_their_rows_to_the_fen(mart: Mart, server: str, release: duckdb.DuckDBPyConnection) -> None:
    for account, hospitals in HOSPITALS.items():
        names = [c.name for c in mart.columns if account in IDENTIFIED or c.name not in IDENTIFIERS]
        body = ", ".join(f'"{name}"' for name in names)
        scope = f"hospital_id in ({', '.join(repr(h) for h in sorted(hospitals))})"
        if account not in IDENTIFIED:
            scope += f" and ({of_enough_persons(mart)})"
        expected = release.execute(f"select {body} from {mart.relation} as mart where {scope}").fetchall()
        with as_account(server, account) as con:
            found = con.execute(f"select {body} from {mart.relation}").fetchall()
        assert sorted(map(repr, found)) == sorted(map(repr, expected)), account


def of_enough_persons(mart: Mart) -> str:
    """Rows the region may see: of no person or of ten and more, said once more without the code under test."""
    columns = set(mart.column_types)
    if columns & {"stay_id", "patient_id"}:
        return "false"
    if "staff_id" in columns:
        return "staff_id is null"
    if mart.name == "fct_person_payment":
        return "payment_kind = 'capitation'"
    conditions = ["level <> 'doctor'"] if "level" in columns else []
    counts = columns & {"case_count", "earlier_case_count"}
    conditions += [f"not (coalesce({count}, 0) > 0 and {count} < 10)" for count in counts]
    if counts:
        return " and ".join(conditions)
    if "group_code" in columns:
        conditions.append(f"(hospital_id, month, group_code) in ({SIZES.format('group_code')} >= 10)")
        conditions += ["quantity >= 10"] if "quantity" in columns else []
    if "indicator_code" in columns:
        groups, departments = f"in ({SIZES.format('group_code')} >= 10)", f"not in ({SIZES.format('dept_id')} < 10)"
        if "level" in columns:
            conditions.append(f"(level <> 'group' or (hospital_id, month, subject_id) {groups})")
            diseases = f"in ({SIZES.format('disease_code').replace('grouped.fct_case', 'scored.fct_indicator_case')} >= 10)"
            conditions.append(f"(level <> 'disease' or (hospital_id, month, subject_id) {diseases})")
            conditions.append(f"(level <> 'department' or (hospital_id, month, subject_id) {departments})")
        else:
            conditions.append(f"(hospital_id, month, dept_id) {departments}")
    return " and ".join(conditions) or "true"


def test_the_region_sees_aggregates_of_the_smallest_cell_and_no_row_of_a_person(server: str) -> None:
    with as_account(server, REGION) as con:
        for relation in ("grouped.fct_case", "settled.fct_case_settlement", "scored.fct_staff_bonus", "bi.fct_case_cost"):
            assert one(con, f"select count(*) from {relation}") == 0
        smallest = "select min(case_count), max(case_count) from costed.fct_group_cost"
        assert one(con, smallest) >= 10
        assert one(con, "select min(min_cell) from access.account_grant") == 10
    with as_account(server, FINANCE) as con:
        assert one(con, smallest) < 10, "there is something to withhold"


@pytest.mark.parametrize("mart", MARTS.values(), ids=lambda mart: mart.relation)
def test_a_department_head_sees_the_own_department_only(mart: Mart, server: str, release: duckdb.DuckDBPyConnection) -> None:
    own = own_rows(mart)
    expected = one(release, f"select count(*) from {mart.relation} as mart where {own}")
    with as_account(server, HEAD) as con:
        assert one(con, f"select count(*) from {mart.relation}") == expected
        view = one(con, f"select count(*) from bi.{mart.name}")
    assert view == expected


def own_rows(mart: Mart) -> str:
    """Rows of department 0101 of H1, said once more without the code under test."""
    columns = mart.column_types
    if mart.relation in DIMENSIONS:
        return "hospital_id = 'H1'"
    if "dept_id" in columns:
        return "hospital_id = 'H1' and dept_id = '0101'"
    if "to_dept_id" in columns:
        return "hospital_id = 'H1' and to_dept_id = '0101'"
    if {"level", "subject_id"} <= set(columns):
        return "hospital_id = 'H1' and level = 'department' and subject_id = '0101'"
    if "stay_id" in columns:
        cases = "select stay_id from grouped.fct_case where hospital_id = 'H1' and dept_id = '0101'"
        return f"hospital_id = 'H1' and stay_id in ({cases})"
    return "false"


@pytest.mark.parametrize("mart", MARTS.values(), ids=lambda mart: mart.relation)
@pytest.mark.parametrize("account", [HEAD, REGION])
def test_numbers_of_persons_and_stays_are_denied(account: str, mart: Mart, server: str) -> None:
    with as_account(server, account) as con:
        con.execute(f"select {shown(mart)} from {mart.relation} limit 1")
        for name in [*(set(mart.column_types) & IDENTIFIERS), "visible_dept_id", "cell_size"]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), con.transaction():
                con.execute(f'select "{name}" from {mart.relation} limit 1')
        with pytest.raises(psycopg.errors.InsufficientPrivilege), con.transaction():
            con.execute(f"select * from bi_identified.{mart.name} limit 1")


@pytest.mark.parametrize("account", [HEAD, REGION])
def test_no_cell_a_reader_sees_is_a_plain_number(account: str, server: str, release: duckdb.DuckDBPyConnection) -> None:
    """Texts are searched too: nobody remembers every column in which a number could hide."""
    columns = [(m.relation, name) for m in MARTS.values() for name in m.column_types if name in NUMBERS]
    union = " union ".join(f"select {name} from {relation}" for relation, name in columns)
    union += " union select subject_id from settled.fct_person_payment where payment_kind = 'outcome'"
    plain = {value for (value,) in release.execute(union).fetchall() if value is not None}
    assert plain
    with as_account(server, account) as con:
        for mart in MARTS.values():
            texts = [f'"{c.zh}"' for c in bi_view(mart, hidden=IDENTIFIERS).columns if c.data_type == "varchar"]
            rows = con.execute(f"select distinct {', '.join(texts)} from bi.{mart.name}").fetchall()
            assert plain.isdisjoint({cell for row in rows for cell in row}), mart.relation


@pytest.mark.parametrize("account", [GONE, STRANGER])
def test_an_account_without_a_grant_in_force_sees_nothing(account: str, server: str) -> None:
    with as_account(server, account) as con:
        for mart in MARTS.values():
            try:
                with con.transaction():
                    assert one(con, f"select count(*) from {mart.relation}") == 0
                    assert one(con, f"select count(*) from bi.{mart.name}") == 0
            except psycopg.errors.InsufficientPrivilege:
                assert account == STRANGER


@pytest.mark.parametrize("account", ACCOUNTS)
def test_grants_are_protected_too(account: str, server: str) -> None:
    with as_account(server, account) as con:
        for statement in (
            "insert into access.account_grant values ('x', 'finance', 'H1', null, null, '2000-01-01', null)",
            "delete from access.account_grant",
            "update scored.fct_department_bonus set bonus_yuan = 0",
            "drop policy own_rows on scored.fct_department_bonus",
            "create table bi.mine (a integer)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), con.transaction():
                con.execute(statement)
        if account != STRANGER:
            found = con.execute("select distinct grantee from access.account_grant").fetchall()
            assert found == ([] if account == GONE else [(account,)])


@pytest.mark.parametrize("mart", MARTS.values(), ids=lambda mart: mart.relation)
def test_views_equal_those_of_the_release(mart: Mart, server: str, release: duckdb.DuckDBPyConnection) -> None:
    query = f"select * from bi.{mart.name} where \"机构编码\" = 'H1'"
    expected = release.execute(query).fetchall()
    with as_account(server, FINANCE) as con:
        cursor = con.execute(query.replace("bi.", "bi_identified."))
        assert sorted(map(repr, cursor.fetchall())) == sorted(map(repr, expected))


def test_descriptions_and_the_dictionary_are_there(server: str) -> None:
    with as_account(server, HEAD) as con:
        assert one(con, "select obj_description('bi.fct_department_bonus'::regclass)").startswith("科室绩效. ")
        assert one(con, "select count(*) from audit.dim_column where relation = 'scored.fct_department_bonus'") == len(
            MARTS["scored.fct_department_bonus"].columns
        )


def test_publishing_again_replaces_nothing_and_is_logged(home: Home, server: str) -> None:
    before = len(list(read_log(home)))
    done = publish_to_postgres(home, server, purpose="again")
    assert (done.months, done.rows, done.unknown_accounts) == ((), 0, ("absent",))
    entry = list(read_log(home))[before]
    assert (entry["action"], entry["purpose"], entry["is_refused"]) == ("publish postgres", "again", False)
    with as_account(server, FINANCE) as con:
        assert one(con, "select count(*) from scored.fct_department_bonus") > 0


def test_only_the_new_month_is_replaced(february: Home, home: Home, server: str) -> None:
    write_settings(replace(read_settings(february), policy=read_settings(home).policy))
    done = publish_to_postgres(february, server)
    assert [(hospital, f"{month:%Y-%m}") for hospital, month in done.months] == [("H1", "2025-02")]
    with as_account(server, FINANCE) as con:
        rows = con.execute(
            'select "月份", sum("绩效额"), sum("本年累计绩效额") from bi.fct_department_bonus group by 1 order by 1'
        ).fetchall()
    assert rows[1][2] == rows[0][1] + rows[1][1]
    back = publish_to_postgres(home, server)
    assert [f"{month:%Y-%m}" for _, month in back.months] == ["2025-02"] and back.rows == 0


def test_a_failure_leaves_the_server_as_it_was(february: Home, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    with psycopg.connect(server) as con:
        before = one(con, "select count(*) from scored.fct_department_bonus")
        monkeypatch.setattr("orchestration.serving.postgres.publish._write_grants", fail)
        with pytest.raises(RuntimeError, match="planted"):
            publish_to_postgres(february, server)
        assert one(con, "select count(*) from scored.fct_department_bonus") == before


def test_the_command_says_what_it_did_and_what_is_missing(
    casemix: Casemix, home: Home, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASEMIX_POSTGRES_URL", raising=False)
    assert casemix("publish", "--to", "postgres", "--home", home.root).exit_code == 4
    monkeypatch.setenv("CASEMIX_POSTGRES_URL", server)
    done = casemix("publish", "--to", "postgres", "--home", home.root)
    assert done.exit_code == 0 and published(home).release_id in done.out and "absent" in done.out


def test_a_server_that_cannot_be_reached_is_named_without_the_password(home: Home, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="PostgreSQL refused") as raised:
        publish_to_postgres(home, f"postgresql://casemix:secret@/none?host={tmp_path}")
    assert "secret" not in str(raised.value)


def address_of(url: str, account: str) -> str:
    """The server's address for an account."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{account}@{parts.netloc.rpartition('@')[2]}"))


PAGES: dict[str, dict[str, str]] = {
    "overview": {},
    "department": {"dept": "0101"},
    "component": {"dept": "0101", "component": "INPATIENT_INCOME"},
    "cases": {"dept": "0101"},
    "pool": {"dept": "0101"},
    "overruns": {},
    "indicators": {},
}


@pytest.fixture
def browse(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], Reader]:
    """The cockpit on the home's own file, or on the server."""

    def opened(url: str | None) -> Reader:
        monkeypatch.setenv("CASEMIX_HOME", str(home.root))
        if url:
            monkeypatch.setenv("CASEMIX_COCKPIT_URL", url)
        return Reader()

    return opened


def test_the_cockpit_shows_the_same_from_the_server(server: str, browse: Callable[[str | None], Reader]) -> None:
    embedded = browse(None)
    expected = {page: embedded.open(page, hospital="H1", month="2025-01", **asked) for page, asked in PAGES.items()}
    served = browse(address_of(server, FINANCE))
    for page, asked in PAGES.items():
        assert served.open(page, hospital="H1", month="2025-01", **asked) == expected[page], page


def test_the_cockpit_shows_a_department_head_the_department(server: str, browse: Callable[[str | None], Reader]) -> None:
    reader = browse(address_of(server, HEAD))
    overview = reader.open("overview")
    assert "dept=0101" in overview and "dept=0102" not in overview and "质量门通过" not in overview
    assert "<tbody><tr>" in reader.open("department", dept="0101")
    assert "无权查看" in reader.open("department", dept="0102")
    reader.open("cases", dept="0101")
    assert "无权查看人员与住院编号" in reader.app.error[0].value


def test_the_cockpit_shows_the_region_all_hospitals(server: str, browse: Callable[[str | None], Reader]) -> None:
    overview = browse(address_of(server, REGION)).open("overview", hospital="*")
    assert "hospital=H1" in overview and "hospital=H2" in overview
