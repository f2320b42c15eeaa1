-- Lists for the eyes of the cost accountant; nothing here stops a month.
with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select
        costs.stay_id,
        costs.cost_yuan,
        cases.dept_id,
        coalesce(cases.group_code, 'ungrouped') as group_code
    from {{ ref('fct_case_cost') }} as costs
    left join {{ ref('fct_case') }} as cases on costs.stay_id = cases.stay_id
    where costs.method = 'top_down'

),

ranked as (

    select
        *,
        row_number() over (partition by group_code order by cost_yuan, stay_id) as place,
        count(*) over (partition by group_code) as case_count
    from cases

),

-- The lower median, an amount some case has.
medians as (

    select group_code, cost_yuan as median_yuan from ranked where 2 * place in (case_count, case_count + 1)

),

stayed as (

    select distinct stay_id from {{ ref('int_conformed__ward_day') }} where days_whole_stay > 0

),

in_theatre as (

    select stays.stay_id, sum(charges.fee_yuan) as fee_yuan
    from {{ ref('int_costing__stay_charge') }} as charges
    inner join {{ ref('int_conformed__stay') }} as stays on charges.stay_key = stays.stay_key and not stays.is_open
    where charges.unit_code = 'theatre'
    group by stays.stay_id

),

operated as (

    select distinct stay_id from {{ ref('stg_emr__procedure') }}

),

-- Days before the first published month cost nothing where no opening balance was handed over.
without_opening as (

    select stays.stay_id
    from {{ ref('int_conformed__stay') }} as stays
    cross join scope
    left join (select distinct stay_id from {{ ref('int_costing__opening_balance') }}) as balances on stays.stay_id = balances.stay_id
    where stays.admitted_at < scope.month_start
        and balances.stay_id is null
        and {{ parameter('wip_policy') }} is distinct from 'accrue_days'

),

exceptions as (

    select 'cost_not_positive' as exception, stay_id, cost_yuan as amount_yuan, 0 as limit_yuan
    from cases
    where cost_yuan <= 0
    union all
    select
        'cost_above_group' as exception,
        cases.stay_id,
        cases.cost_yuan as amount_yuan,
        cast(medians.median_yuan as decimal(20, 2)) * {{ parameter('case_cost_median_multiple', 'decimal(9, 2)') }} as limit_yuan
    from cases
    inner join medians on cases.group_code = medians.group_code
    where cases.cost_yuan > cast(medians.median_yuan as decimal(20, 2)) * {{ parameter('case_cost_median_multiple', 'decimal(9, 2)') }}
    union all
    select 'cost_without_bed_day' as exception, cases.stay_id, cases.cost_yuan as amount_yuan, 0 as limit_yuan
    from cases
    left join stayed on cases.stay_id = stayed.stay_id
    where stayed.stay_id is null and cases.cost_yuan <> 0
    union all
    select 'theatre_without_operation' as exception, in_theatre.stay_id, in_theatre.fee_yuan as amount_yuan, 0 as limit_yuan
    from in_theatre
    left join operated on in_theatre.stay_id = operated.stay_id
    where operated.stay_id is null and in_theatre.fee_yuan > 0
    union all
    select 'unknown_opening' as exception, stay_id, 0 as amount_yuan, 0 as limit_yuan
    from without_opening

),

-- The chart of accounts only suggests a category; where the policy says otherwise, the policy holds.
listed as (

    select exception, stay_id, cast(null as varchar(50)) as account_code, amount_yuan, limit_yuan from exceptions
    union all
    select
        'category_hint_differs' as exception,
        cast(null as varchar(50)) as stay_id,
        account_code,
        sum(amount_yuan) as amount_yuan,
        0 as limit_yuan
    from {{ ref('int_costing__ledger_line') }}
    where hinted_category <> cost_category and missing is null
    group by account_code

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        listed.exception,
        listed.stay_id,
        listed.account_code,
        cast(listed.amount_yuan as decimal(18, 2)) as amount_yuan,
        cast(listed.limit_yuan as decimal(18, 2)) as limit_yuan
    from listed
    cross join scope

)

select * from published
