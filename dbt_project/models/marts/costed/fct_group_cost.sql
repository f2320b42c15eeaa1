-- The standard of a group is what its payment leaves for cost: mean fee less the margin aimed at.
with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select
        stay_id,
        scheme,
        coalesce(case when status = 'grouped' then group_code end, 'ungrouped') as group_code,
        case when status = 'grouped' then version end as version,
        total_fee_yuan
    from {{ ref('fct_case') }}

),

standards as (

    select
        payments.scheme,
        payments.version,
        payments.group_code,
        cast(round(payments.mean_fee * (1 - {{ parameter('target_margin', 'decimal(9, 6)') }}), 2) as decimal(18, 2)) as standard_cost_yuan
    from {{ source('policy', 'group_payment') }} as payments
    cross join scope
    inner join {{ source('policy', 'hospital') }} as hospitals
        on payments.hospital_level = hospitals.level
        and {{ in_force('hospitals', 'scope.month_start') }}
    where {{ in_force('payments', 'scope.month_start') }}

),

summed as (

    select
        cases.scheme,
        cases.version,
        cases.group_code,
        costs.method,
        count(*) as case_count,
        cast(sum(costs.cost_yuan) as decimal(18, 2)) as cost_yuan,
        cast(sum(costs.own_cost_yuan) as decimal(18, 2)) as own_cost_yuan,
        cast(sum(costs.shared_cost_yuan) as decimal(18, 2)) as shared_cost_yuan,
        cast(sum(cases.total_fee_yuan) as decimal(18, 2)) as total_fee_yuan
    from cases
    inner join {{ ref('fct_case_cost') }} as costs on cases.stay_id = costs.stay_id
    group by cases.scheme, cases.version, cases.group_code, costs.method

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        summed.scheme,
        summed.group_code,
        summed.method,
        cast(sum(summed.case_count) as bigint) as case_count,
        cast(sum(summed.cost_yuan) as decimal(18, 2)) as cost_yuan,
        cast(sum(summed.own_cost_yuan) as decimal(18, 2)) as own_cost_yuan,
        cast(sum(summed.shared_cost_yuan) as decimal(18, 2)) as shared_cost_yuan,
        cast(sum(summed.total_fee_yuan) as decimal(18, 2)) as total_fee_yuan,
        cast({{ divide_rounded('sum(summed.cost_yuan)', 'cast(sum(summed.case_count) as decimal(18, 0))', 2) }} as decimal(18, 2)) as unit_cost_yuan,
        max(standards.standard_cost_yuan) as standard_cost_yuan,
        cast({{ divide_rounded(
            'sum(summed.cost_yuan)', 'sum(cast(standards.standard_cost_yuan * summed.case_count as decimal(38, 2)))', 6
        ) }} as decimal(18, 6)) as cost_control_ratio
    from summed
    cross join scope
    left join standards
        on summed.scheme = standards.scheme
        and summed.version = standards.version
        and summed.group_code = standards.group_code
    group by scope.hospital_id, scope.month_start, summed.scheme, summed.group_code, summed.method

)

select * from published
