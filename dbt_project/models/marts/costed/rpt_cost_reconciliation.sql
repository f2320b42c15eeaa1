-- General ledger to case in five columns, each read from its own relation.
with scope as (

    select
        hospital_id,
        month_start as month,
        {{ parameter('bonus_cost_level') }} as case_level
    from {{ source('run', 'scope') }}

),

parts as (

    select 'case_cost' as part
    union all
    select 'beyond_case_cost' as part
    union all
    select distinct 'excluded' as part
    from {{ ref('int_costing__ledger_line') }}
    where excluded_as is not null

),

amounts as (

    select 'ledger' as side, coalesce(cost_level, 'none') as cost_level, amount_yuan
    from {{ ref('int_costing__ledger_line') }}
    where excluded_as is null
    union all
    select 'quantum' as side, cost_level, amount_yuan from {{ ref('int_costing__department_ledger') }}
    union all
    select 'departments' as side, cost_level, amount_yuan from {{ ref('int_costing__department_cost') }}
    union all
    select 'marts' as side, cost_level, amount_yuan from {{ ref('fct_department_cost') }}

),

sides as (

    select
        amounts.side,
        case when amounts.cost_level <= scope.case_level then 'case_cost' else 'beyond_case_cost' end as part,
        amounts.amount_yuan
    from amounts
    cross join scope
    union all
    select 'ledger' as side, 'excluded' as part, amount_yuan
    from {{ ref('int_costing__ledger_line') }}
    where excluded_as is not null
    union all
    select 'cases' as side, 'case_cost' as part, amount_yuan
    from {{ ref('fct_case_reconciliation') }}
    where method = 'top_down' and line in ('cases', 'opening_wip', 'closing_wip')
    union all
    select
        'cases' as side,
        case when bucket = 'beyond_level' then 'beyond_case_cost' else 'case_cost' end as part,
        amount_yuan
    from {{ ref('fct_cost_bucket') }}

),

published as (

    select
        scope.hospital_id,
        scope.month,
        parts.part,
        cast(coalesce(sum(case when sides.side = 'ledger' then sides.amount_yuan end), 0) as decimal(18, 2)) as ledger_yuan,
        cast(coalesce(sum(case when sides.side = 'quantum' then sides.amount_yuan end), 0) as decimal(18, 2)) as quantum_yuan,
        cast(coalesce(sum(case when sides.side = 'departments' then sides.amount_yuan end), 0) as decimal(18, 2)) as department_yuan,
        cast(coalesce(sum(case when sides.side = 'cases' then sides.amount_yuan end), 0) as decimal(18, 2)) as case_and_bucket_yuan,
        cast(coalesce(sum(case when sides.side = 'marts' then sides.amount_yuan end), 0) as decimal(18, 2)) as mart_yuan
    from parts
    cross join scope
    left join sides on parts.part = sides.part
    group by scope.hospital_id, scope.month, parts.part

)

select * from published
