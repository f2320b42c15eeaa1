-- What landing handed over stands against what the models took, told apart by reason: received = used + excluded. A row that
-- should have been taken and was not is unexplained and neither, so that what a model loses cannot pass for what it leaves out.
with scope as (

    select * from {{ source('run', 'scope') }}

),

expenses as (

    select distinct
        lines.account_code,
        lines.posted_on
    from {{ ref('stg_ledger__voucher_line') }} as lines
    inner join {{ ref('stg_ledger__account') }} as accounts
        on lines.account_code = accounts.account_code
    cross join scope
    where
        accounts.account_class = 'expense'
        and {{ in_force('accounts', 'lines.posted_on') }}
        and lines.posted_on >= scope.month_start
        and lines.posted_on < scope.next_month_start

),

discharges as (

    select stay_id from {{ ref('int_conformed__stay') }}
    where not is_open

),

delivered_charges as (

    {{ delivered_charges(ref('int_conformed__charge')) }}

),

keyed_charges as (

    {{ charges_by_disposition(ref('int_conformed__charge'), 'delivered_charges') }}

),

received as (

    select
        'his_charge' as table_name,
        'received' as reason,
        coalesce(sum(row_count), 0) as row_count,
        cast(coalesce(sum(amount_yuan), 0) as decimal(38, 2)) as amount_yuan,
        cast(coalesce(sum(key_checksum), 0) as decimal(38, 0)) as key_checksum
    from delivered_charges
    {% for table, amount in [
        ('ledger_voucher_line', 'debit_amount - received.credit_amount'), ('emr_front_page', 'total_fee'),
        ('insurer_case_settlement', 'standard_total'), ('performance_pool', 'amount'), ('performance_subsidy', 'amount'),
        ('performance_opening', 'amount'), ('performance_score', none), ('performance_staff', 'manual_adjustment'), ('his_settlement', 'total_fee'),
    ] %}
    union all
    {{ covered(table, "'received'", 'received.' ~ amount if amount else '0') }}
    {% endfor %}

),

taken as (

    select
        'his_charge' as table_name,
        case when dispositions.is_used then 'used' else dispositions.disposition end as reason,
        sum(charges.row_count) as row_count,
        cast(coalesce(sum(charges.amount_yuan), 0) as decimal(38, 2)) as amount_yuan,
        cast(sum(charges.key_checksum) as decimal(38, 0)) as key_checksum
    from keyed_charges as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions on charges.disposition_code = dispositions.disposition_code
    group by 1, 2
    union all
    {{ covered(
        'ledger_voucher_line',
        "case when lines.excluded_as is not null then 'no cost: ' || lines.excluded_as "
        ~ "when lines.batch_key is not null and lines.missing is null then 'used' when lines.batch_key is not null then 'suspense: ' || lines.missing "
        ~ "when expenses.account_code is null then 'no expense of the month' else 'unexplained' end",
        'received.debit_amount - received.credit_amount',
        'left join ' ~ ref('int_costing__ledger_line') ~ ' as lines on received.batch_key = lines.batch_key and received.source_row = lines.source_row '
        ~ 'left join expenses on received.account_code = expenses.account_code and received.posted_on = expenses.posted_on'
    ) }}
    union all
    {{ covered(
        'emr_front_page',
        "case when cases.is_quarantined then 'quarantined' when cases.stay_id is not null then 'used' "
        ~ "when discharges.stay_id is null then 'no stay discharged in the month' else 'unexplained' end",
        'received.total_fee',
        'left join ' ~ ref('int_conformed__case') ~ ' as cases on received.stay_id = cases.stay_id '
        ~ 'left join discharges on received.stay_id = discharges.stay_id'
    ) }}
    union all
    {{ covered(
        'insurer_case_settlement',
        "case when statements.stay_id is null then 'no statement' when due.stay_id is null then 'used: published, compared later' else 'used' end",
        'received.standard_total',
        'left join ' ~ ref('fct_case_settlement') ~ " as statements on received.stay_id = statements.stay_id and statements.basis = 'actual'"
        ~ ' left join ' ~ ref('int_settlement__match_true_ups') ~ ' as due on received.stay_id = due.stay_id'
    ) }}
    union all
    {{ covered(
        'performance_pool',
        "case when received.pool_code in ('total', 'administrative', 'reserve', 'inpatient') then 'used' else 'unknown pool' end", 'received.amount'
    ) }}
    union all
    {{ covered(
        'performance_subsidy', "case when bonuses.dept_id is null then 'department without bonus scheme' else 'used' end", 'received.amount',
        'left join ' ~ ref('fct_department_bonus') ~ ' as bonuses on received.dept_id = bonuses.dept_id'
    ) }}
    union all
    {{ covered(
        'performance_opening',
        "case when (balances.stay_id is not null and received.measure_code like 'open_stay%') "
        ~ "or (due.stay_id is not null and received.measure_code = 'simulated_settlement') "
        ~ "or received.measure_code in ('department_bonus', 'carried_balance') then 'used' else 'not due in this month' end",
        'received.amount',
        'left join (select distinct stay_id from ' ~ ref('int_costing__opening_balance')
        ~ ') as balances on received.subject_id = balances.stay_id left join (select distinct stay_id from '
        ~ ref('int_settlement__match_true_ups') ~ ' where is_opening) as due on received.subject_id = due.stay_id'
    ) }}
    union all
    {{ covered(
        'performance_score', "case when dimensions.dept_id is null then 'dimension without weight' else 'used' end", '0',
        'left join ' ~ ref('fct_dimension_score')
        ~ ' as dimensions on received.dept_id = dimensions.dept_id and received.dimension_code = dimensions.dimension_code'
    ) }}
    union all
    {{ covered(
        'performance_staff', "case when bonuses.staff_id is null then 'person without bonus' else 'used' end", 'received.manual_adjustment',
        'left join ' ~ ref('fct_staff_bonus') ~ ' as bonuses on received.dept_id = bonuses.dept_id and received.staff_id = bonuses.staff_id'
    ) }}
    union all
    {{ covered(
        'his_settlement',
        "case when received.encounter_type <> 'inpatient' then 'outpatient settlement' when received.reverses_settlement_id is not null "
        ~ "or reversals.reverses_settlement_id is not null then 'reversed' else 'used' end",
        'received.total_fee',
        'left join (select distinct reverses_settlement_id from ' ~ ref('stg_his__settlement')
        ~ ') as reversals on received.settlement_id = reversals.reverses_settlement_id'
    ) }}

),

sides as (

    select * from received
    union all
    select * from taken

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        sides.table_name,
        case
            when sides.reason in ('received', 'unexplained') then sides.reason
            when sides.reason like 'used%' then 'used'
            else 'excluded'
        end as side,
        sides.reason,
        cast(sides.row_count as bigint) as row_count,
        sides.amount_yuan,
        sides.key_checksum
    from sides
    cross join scope

)

select * from published
