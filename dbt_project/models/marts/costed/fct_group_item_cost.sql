-- Department, group, item: what the cases of the month used in it. Lines are summed by keys before anything is named.
with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select
        stays.stay_key,
        cases.dept_id,
        coalesce(case when cases.status = 'grouped' then cases.group_code end, 'ungrouped') as group_code
    from {{ ref('fct_case') }} as cases
    inner join {{ ref('int_conformed__stay') }} as stays on cases.stay_id = stays.stay_id

),

numbered as (

    select stay_key, dense_rank() over (order by dept_id, group_code) as subject_no, dept_id, group_code from cases

),

subjects as (

    select distinct subject_no, dept_id, group_code from numbered

),

sums as (

    select
        numbered.subject_no,
        charges.executing_dept_key,
        charges.item_period_key,
        sum(charges.quantity) as quantity,
        sum(charges.amount_yuan) as fee_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join numbered on charges.is_inpatient and charges.encounter_key = numbered.stay_key
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code and dispositions.is_used
    group by numbered.subject_no, charges.executing_dept_key, charges.item_period_key

),

costed as (

    select
        subjects.dept_id,
        subjects.group_code,
        items.item_id,
        items.item_kind,
        sums.quantity,
        sums.fee_yuan,
        case
            when items.item_kind = 'drug' or (items.item_kind = 'material' and items.is_separately_charged)
                then cast(coalesce(sums.quantity * items.purchase_price, sums.fee_yuan) as decimal(38, 12))
            else cast(coalesce(sums.quantity * unit_costs.unit_cost_yuan, 0) as decimal(38, 12))
        end as cost_yuan
    from sums
    inner join subjects on sums.subject_no = subjects.subject_no
    inner join {{ ref('int_conformed__item_period') }} as items on sums.item_period_key = items.item_period_key
    left join {{ ref('int_costing__item_unit_cost') }} as unit_costs
        on sums.executing_dept_key = unit_costs.executing_dept_key and sums.item_period_key = unit_costs.item_period_key

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        costed.dept_id,
        costed.group_code,
        costed.item_id,
        costed.item_kind,
        cast(sum(costed.quantity) as decimal(18, 4)) as quantity,
        cast(sum(costed.fee_yuan) as decimal(18, 2)) as fee_yuan,
        cast(sum(costed.cost_yuan) as decimal(18, 2)) as cost_yuan
    from costed
    cross join scope
    group by scope.hospital_id, scope.month_start, costed.dept_id, costed.group_code, costed.item_id, costed.item_kind

)

select * from published
