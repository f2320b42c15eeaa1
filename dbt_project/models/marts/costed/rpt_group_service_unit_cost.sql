-- Service units of a disease (DIP) or DRG group: what its cases were charged this month and what that cost by cost-to-charge.
with scope as (

    select * from {{ source('run', 'scope') }}

),

charges as (

    select
        cases.scheme,
        coalesce(case when cases.status = 'grouped' then cases.group_code end, 'ungrouped') as group_code,
        charges.own_category,
        charges.unit_code,
        sum(charges.fee_yuan) as fee_yuan
    from {{ ref('int_costing__stay_charge') }} as charges
    inner join {{ ref('int_conformed__stay') }} as stays on charges.stay_key = stays.stay_key
    inner join {{ ref('fct_case') }} as cases on stays.stay_id = cases.stay_id
    group by
        cases.scheme, coalesce(case when cases.status = 'grouped' then cases.group_code end, 'ungrouped'),
        charges.own_category, charges.unit_code

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        charges.scheme,
        charges.group_code,
        charges.unit_code,
        cast(sum(charges.fee_yuan) as decimal(18, 2)) as fee_yuan,
        cast(coalesce(sum(
            cast(charges.fee_yuan as decimal(18, 2)) * cast(ratios.cost_to_charge as decimal(20, 12))
        ), 0) as decimal(18, 2)) as cost_yuan
    from charges
    cross join scope
    left join {{ ref('int_costing__service_unit_cost') }} as ratios
        on charges.own_category = ratios.own_category and charges.unit_code = ratios.unit_code
    group by scope.hospital_id, scope.month_start, charges.scheme, charges.group_code, charges.unit_code

)

select * from published
