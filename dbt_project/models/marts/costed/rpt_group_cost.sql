-- Detail and structure of the cost of a disease (DIP) or DRG group, top-down: drugs, materials, bed-day share of direct cost
-- and of what was allocated; balances brought along stand apart, because they no longer know their category.
with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select
        cases.stay_id,
        stays.stay_key,
        cases.scheme,
        coalesce(case when cases.status = 'grouped' then cases.group_code end, 'ungrouped') as group_code
    from {{ ref('fct_case') }} as cases
    inner join {{ ref('int_conformed__stay') }} as stays on cases.stay_id = stays.stay_id

),

parts as (

    select
        cases.scheme,
        cases.group_code,
        case when own_items.cost_category = 'C3' then own_items.own_cost_yuan else 0 end as drug_yuan,
        case when own_items.cost_category = 'C2' then own_items.own_cost_yuan else 0 end as material_yuan,
        0 as shared_direct_yuan,
        0 as shared_allocated_yuan,
        0 as brought_forward_yuan
    from {{ ref('int_costing__own_item') }} as own_items
    inner join cases on own_items.is_inpatient and own_items.encounter_key = cases.stay_key
    union all
    select
        cases.scheme,
        cases.group_code,
        0 as drug_yuan,
        0 as material_yuan,
        shares.shared_direct_cost_yuan as shared_direct_yuan,
        shares.shared_cost_yuan - shares.shared_direct_cost_yuan as shared_allocated_yuan,
        0 as brought_forward_yuan
    from {{ ref('int_costing__stay_share') }} as shares
    inner join cases on shares.stay_id = cases.stay_id
    union all
    select
        cases.scheme,
        cases.group_code,
        0 as drug_yuan,
        0 as material_yuan,
        0 as shared_direct_yuan,
        0 as shared_allocated_yuan,
        balances.own_cost_yuan + balances.shared_cost_yuan as brought_forward_yuan
    from {{ ref('int_costing__opening_balance') }} as balances
    inner join cases on balances.stay_id = cases.stay_id

),

counts as (

    select scheme, group_code, count(*) as case_count from cases group by scheme, group_code

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        counts.scheme,
        counts.group_code,
        counts.case_count,
        cast(coalesce(sum(parts.drug_yuan), 0) as decimal(18, 2)) as drug_yuan,
        cast(coalesce(sum(parts.material_yuan), 0) as decimal(18, 2)) as material_yuan,
        cast(coalesce(sum(parts.shared_direct_yuan), 0) as decimal(18, 2)) as shared_direct_yuan,
        cast(coalesce(sum(parts.shared_allocated_yuan), 0) as decimal(18, 2)) as shared_allocated_yuan,
        cast(coalesce(sum(parts.brought_forward_yuan), 0) as decimal(18, 2)) as brought_forward_yuan,
        cast(coalesce(sum(
            parts.drug_yuan + parts.material_yuan + parts.shared_direct_yuan + parts.shared_allocated_yuan + parts.brought_forward_yuan
        ), 0) as decimal(18, 2)) as total_yuan
    from counts
    cross join scope
    left join parts on counts.scheme = parts.scheme and counts.group_code = parts.group_code
    group by scope.hospital_id, scope.month_start, counts.scheme, counts.group_code, counts.case_count

)

select * from published
