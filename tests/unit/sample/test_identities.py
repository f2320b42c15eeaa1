"""What must agree in a hospital's books and wards, agrees in the sample."""

from __future__ import annotations

import pytest

from orchestration.contract import load_contract

CONTRACT_KEYS = [(table.name, table.key) for table in load_contract() if table.name != "performance_response"]


@pytest.mark.parametrize(("name", "key"), CONTRACT_KEYS, ids=[name for name, _ in CONTRACT_KEYS])
def test_keys_are_unique_within_a_delivery(rows, name, key):
    columns = ", ".join(key)
    assert not rows(f"select {columns} from {name} group by {columns}, delivered_in having count(*) > 1 limit 3")


@pytest.mark.parametrize("table", list(load_contract()), ids=lambda table: table.name)
def test_required_columns_are_filled_and_codes_are_known(rows, table):
    if table.name == "performance_response":
        pytest.skip("no alert has been raised yet")
    for column in table.columns:
        if not column.nullable:
            assert not rows(f"select {column.name} from {table.name} where {column.name} is null limit 1"), column.name
        if column.values:
            assert {
                value for (value,) in rows(f"select distinct {column.name} from {table.name} where {column.name} is not null")
            } <= set(column.values)


def test_front_page_total_is_the_sum_of_its_fees(rows):
    fields = [c.name for c in load_contract()["emr_front_page"].columns if len(c.name) == 3 and c.name[0] == "d"]
    assert len(fields) == 24
    assert not rows(f"select stay_id from emr_front_page where total_fee <> {' + '.join(fields)}")
    assert not rows("select stay_id from emr_front_page where d20x01 + d20x02 > d20 or d19x01 > d19 or d23x01 > d23")


def test_front_page_fees_are_the_charges_and_the_opening_balance(rows):
    assert not rows("""
        with charged as (
            select c.hospital_id, c.encounter_id as stay_id, sum(c.amount) as amount
            from his_charge as c
            join emr_front_page as f on f.hospital_id = c.hospital_id and f.stay_id = c.encounter_id
            where c.booked_at <= f.discharged_at
            group by all
        ), opened as (
            select hospital_id, subject_id as stay_id, sum(amount) as amount
            from performance_opening where measure_code = 'open_stay_fee' group by all
        )
        select f.stay_id, f.total_fee, charged.amount, opened.amount
        from emr_front_page as f
        left join charged using (hospital_id, stay_id) left join opened using (hospital_id, stay_id)
        where f.total_fee <> coalesce(charged.amount, 0) + coalesce(opened.amount, 0)
    """)


@pytest.mark.parametrize("field", ["d11", "d16", "d20", "d20x01", "d23", "d23x01", "d33"])
def test_front_page_fees_agree_by_class(rows, field):
    belongs = f"lower(i.fee_class) = '{field}'" if len(field) > 3 else f"left(lower(i.fee_class), 3) = '{field}'"
    assert not rows(f"""
        with charged as (
            select c.hospital_id, c.encounter_id as stay_id, sum(c.amount) as amount
            from his_charge as c
            join his_item as i on i.hospital_id = c.hospital_id and i.item_id = c.item_id
                and c.booked_at >= i.valid_from and c.booked_at < coalesce(i.valid_to, date '2999-01-01')
            join emr_front_page as f on f.hospital_id = c.hospital_id and f.stay_id = c.encounter_id
            where c.booked_at <= f.discharged_at and {belongs} and f.admitted_at >= timestamp '2025-01-01'
            group by all
        )
        select f.stay_id from emr_front_page as f left join charged using (hospital_id, stay_id)
        where f.admitted_at >= timestamp '2025-01-01' and f.{field} <> coalesce(charged.amount, 0)
    """)


def test_charges_follow_price_list_and_quantity(rows):
    assert not rows("select charge_id from his_charge where amount <> round(quantity * unit_price, 2)")
    assert not rows("""
        select c.charge_id from his_charge as c
        left join his_item as i on i.hospital_id = c.hospital_id and i.item_id = c.item_id
            and c.booked_at >= i.valid_from and c.booked_at < coalesce(i.valid_to, date '2999-01-01')
        where c.reverses_charge_id is null and c.unit_price is distinct from i.price
    """)


def test_reversals_undo_a_delivered_charge(rows):
    assert not rows("""
        select r.charge_id from his_charge as r
        left join his_charge as c on c.hospital_id = r.hospital_id and c.charge_id = r.reverses_charge_id
        left join performance_opening as o
            on o.hospital_id = r.hospital_id and o.subject_id = r.encounter_id and o.measure_code = 'open_stay_fee'
        where r.reverses_charge_id is not null
            and (c.charge_id is null and o.subject_id is null or c.amount <> -r.amount or c.booked_at >= r.booked_at)
    """)
    assert (
        rows("""
        select count(*) from his_charge as r
        join his_charge as c on c.hospital_id = r.hospital_id and c.charge_id = r.reverses_charge_id
        where c.delivered_in < r.delivered_in
    """)[0][0]
        > 0
    )


def test_months_hold_their_own_rows(rows):
    for name, column in (
        ("his_charge", "booked_at"), ("his_outpatient_visit", "visited_at"), ("emr_front_page", "discharged_at"),
        ("his_settlement", "settled_on"),
        ("his_stock_issue", "issued_on"), ("ledger_voucher_line", "posted_on"), ("his_order", "ordered_at"),
        ("his_exam_report", "reported_at"),
        ("his_referral", "referred_on"), ("his_follow_up", "reported_on"), ("emr_coding_review", "reviewed_on"),
        ("performance_pool", "month"),
        ("insurer_case_settlement", "statement_month"),
    ):  # fmt: skip
        assert not rows(f"select {column} from {name} where strftime({column}, '%Y-%m') <> delivered_in limit 1"), name


def test_transfers_cover_every_stay_without_gaps(rows):
    assert not rows("""
        with spans as (
            select *, lag(left_at) over (partition by hospital_id, stay_id, delivered_in order by sequence) as before,
                count(*) over (partition by hospital_id, stay_id, delivered_in) as spans
            from his_transfer
        )
        select s.stay_id from his_inpatient_stay as s
        left join spans as t using (hospital_id, stay_id, delivered_in)
        where t.stay_id is null
            or t.entered_at <> coalesce(t.before, s.admitted_at)
            or t.sequence = t.spans and t.left_at is distinct from s.discharged_at
            or t.sequence = t.spans and s.discharge_dept_id is not null and t.dept_id <> s.discharge_dept_id
    """)


def test_open_stays_return_next_month(rows):
    assert not rows("""
        select o.stay_id from his_inpatient_stay as o
        left join his_inpatient_stay as n on n.hospital_id = o.hospital_id and n.stay_id = o.stay_id
            and n.delivered_in = strftime(cast(o.delivered_in || '-01' as date) + interval 1 month, '%Y-%m')
        where o.discharged_at is null and o.delivered_in < '2025-03' and n.stay_id is null
    """)
    assert rows("select count(*) from his_inpatient_stay where discharged_at is null")[0][0] > 0


def test_vouchers_balance_and_revenue_is_the_charges(rows):
    assert not rows(
        """
        select voucher_id from ledger_voucher_line
        group by hospital_id, voucher_id having sum(debit_amount) <> sum(credit_amount)
    """
    )
    assert not rows("""
        with booked as (
            select hospital_id, delivered_in,
                case when account_code like '41010101%' then 'outpatient' else 'inpatient' end as kind,
                dept_id, sum(credit_amount - debit_amount) as amount
            from ledger_voucher_line where account_code like '41010101%' or account_code like '41010102%' group by all
        ), charged as (
            select hospital_id, delivered_in, encounter_type as kind, ordering_dept_id as dept_id, sum(amount) as amount
            from his_charge group by all
        )
        select * from booked full join charged using (hospital_id, delivered_in, kind, dept_id)
        where coalesce(booked.amount, 0) <> coalesce(charged.amount, 0)
    """)


def test_goods_in_the_ledger_are_the_issues(rows):
    assert not rows("""
        with booked as (
            select hospital_id, delivered_in, dept_id, sum(debit_amount) as amount
            from ledger_voucher_line where account_code in ('500103', '500104') group by all
        ), issued as (select hospital_id, delivered_in, dept_id, sum(cost_amount) as amount from his_stock_issue group by all)
        select * from booked full join issued using (hospital_id, delivered_in, dept_id)
        where booked.amount is distinct from issued.amount
    """)


def test_every_department_can_give_its_own_items(rows):
    """COST-10: what wards used beyond their own stock, pharmacy and technology departments hold in their ledgers."""
    assert not rows("""
        with own as (
            select c.hospital_id, c.delivered_in, c.ordering_dept_id as dept_id, i.item_kind as kind,
                sum(c.quantity * coalesce(i.purchase_price, c.unit_price)) as cost
            from his_charge as c
            join his_item as i on i.hospital_id = c.hospital_id and i.item_id = c.item_id
                and c.booked_at >= i.valid_from and c.booked_at < coalesce(i.valid_to, date '2999-01-01')
            where i.item_kind <> 'service' and i.is_separately_charged
            group by all
        ), held as (
            select l.hospital_id, l.delivered_in, l.dept_id,
                case l.account_code when '500104' then 'drug' else 'material' end as kind,
                d.dept_class, sum(l.debit_amount) as cost
            from ledger_voucher_line as l join his_department as d on d.hospital_id = l.hospital_id and d.dept_id = l.dept_id
            where l.account_code in ('500103', '500104') group by all
        ), missing as (
            select own.hospital_id, own.delivered_in, own.kind, sum(greatest(own.cost - coalesce(held.cost, 0), 0)) as cost
            from own left join held using (hospital_id, delivered_in, dept_id, kind) group by all
        ), givers as (
            select hospital_id, delivered_in, kind, sum(cost) as cost from held
            where dept_class in ('medical_technology', 'medical_auxiliary') group by all
        )
        select * from missing left join givers using (hospital_id, delivered_in, kind)
        where missing.cost > coalesce(givers.cost, 0)
    """)


def test_settlement_parts_make_the_fee(rows):
    assert not rows("select settlement_id from his_settlement where fund_booked + other_fund + patient_pay <> total_fee")
    assert not rows("""
        select f.stay_id from emr_front_page as f
        join his_settlement as s on s.hospital_id = f.hospital_id and s.encounter_id = f.stay_id
        where not s.is_reversal and s.total_fee <> f.total_fee
    """)
    assert not rows("""
        select s.stay_id from his_inpatient_stay as s
        where s.settled_on is not null and s.discharged_at is not null
            and not exists (select 1 from his_settlement as t
                            where t.hospital_id = s.hospital_id and t.encounter_id = s.stay_id and t.settled_on = s.settled_on)
    """)


def test_statements_are_of_stays_the_opening_knows(rows):
    assert rows("select count(*) from insurer_case_settlement where delivered_in = '2025-01'")[0][0] > 0
    assert not rows("""
        select s.stay_id from insurer_case_settlement as s
        left join performance_opening as o on o.hospital_id = s.hospital_id and o.subject_id = s.stay_id
            and o.measure_code = 'simulated_settlement'
        where o.subject_id is null
    """)


def test_clinical_facts_respect_the_front_page_rules(rows):
    broken = {
        "FP-04": "select stay_id from emr_front_page where admitted_at >= discharged_at or birth_date > admitted_at",
        "FP-05": """select stay_id from emr_front_page
            where stay_days <> greatest(1, date_diff('day', admitted_at::date, discharged_at::date))""",
        "FP-06": """select stay_id from emr_front_page
            where age_years <> date_part('year', age(admitted_at::date, birth_date)) or age_years > 120""",
        "FP-07": "select stay_id from emr_front_page where age_years = 0 and not coalesce(age_days between 0 and 364, false)",
        "FP-08": """select stay_id from emr_front_page where age_days <= 28
            and not coalesce(birth_weight_g between 500 and 5000 and admission_weight_g between 500 and 5000, false)""",
        "FP-14": """select stay_id from emr_procedure
            where procedure_level >= '2' and (surgeon_id is null or anesthesia_code is null or performed_on is null)""",
        "FP-15": """select p.stay_id from emr_procedure as p join emr_front_page as f using (hospital_id, stay_id)
            where p.performed_on not between f.admitted_at::date and f.discharged_at::date""",
        "FP-17": "select stay_id from emr_diagnosis where sequence = 1 and regexp_matches(diagnosis_code, '^([VWXY]|Z37|R65|U)')",
        "FP-18": """select d.stay_id from emr_diagnosis as d join emr_front_page as f using (hospital_id, stay_id)
            where left(d.diagnosis_code, 1) in ('S', 'T') and f.external_cause_code is null""",
        "FP-20": """select stay_id from emr_diagnosis group by hospital_id, stay_id
            having bool_or(regexp_matches(diagnosis_code, '^O8[0-4]')) and not bool_or(left(diagnosis_code, 3) = 'Z37')""",
        "FP-21": """select d.stay_id from emr_diagnosis as d join emr_front_page as f using (hospital_id, stay_id)
            where regexp_matches(d.diagnosis_code, '^(O|N7[0-9]|N8|N9[0-8]|C5[1-8])') and f.sex <> '2'
               or regexp_matches(d.diagnosis_code, '^(N4|C6[0-3])') and f.sex <> '1'""",
        "FP-23": """select f.stay_id from emr_front_page as f join emr_diagnosis as d using (hospital_id, stay_id)
            where f.discharge_way = '5' and (f.is_autopsy is null or d.sequence = 1 and left(d.diagnosis_code, 1) = 'Z')""",
        "FP-31": """select stay_id from emr_front_page
            where greatest(icu_hours, ventilator_hours) > date_diff('hour', admitted_at, discharged_at)""",
        "FP-35": "select stay_id from emr_front_page where discharge_way in ('2', '3') and transfer_institution is null",
    }
    assert {rule: rows(query) for rule, query in broken.items() if rows(query)} == {}


def test_scores_exist_for_every_scored_department(rows):
    assert not rows("""
        select d.dept_id from his_department as d
        where not exists (select 1 from performance_score as s where s.hospital_id = d.hospital_id and s.dept_id = d.dept_id)
    """)


def test_rare_characters_are_there(rows):
    assert rows("select 1 from his_department where dept_name like '%䶮%'")
    assert rows("select 1 from his_item where item_name like '%𠮷%'")
