-- The one pass over inpatient lines after departments are costed: fees, own items, and services at the unit cost of the
-- department that executed them (bottom-up).
with scope as (

    select * from {{ source('run', 'scope') }}

),

items as (

    select
        item_period_key,
        fee_class,
        item_kind,
        purchase_price,
        case when item_kind = 'service' then judging_points + executing_points + nursing_points else 0 end as points,
        case when item_kind = 'drug' then 'C3' when item_kind = 'material' and is_separately_charged then 'C2' else '' end as own_category,
        dense_rank() over (order by fee_class, item_kind, is_separately_charged) as class_no
    from {{ ref('int_conformed__item_period') }}

),

-- The service unit a fee class is charged for; own items are units of their own.
classes as (

    select distinct
        items.class_no,
        items.fee_class,
        items.item_kind,
        items.own_category,
        case items.own_category when 'C3' then 'drugs' when 'C2' then 'materials' else coalesce(units.unit_code, 'other') end as unit_code
    from items
    cross join scope
    left join {{ source('policy', 'service_unit') }} as units
        on lower(items.fee_class) = lower(units.fee_class)
        and {{ in_force('units', 'scope.month_start') }}

),

-- Lines of an item are added up before they are multiplied: products of long numbers are dear.
lines as (

    select
        charges.encounter_key,
        charges.ordering_dept_key,
        charges.executing_dept_key,
        charges.item_period_key,
        count(*) as line_count,
        cast(sum(charges.quantity) as decimal(18, 4)) as quantity,
        cast(sum(charges.amount_yuan) as decimal(18, 2)) as amount_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code and dispositions.is_used
    where charges.is_inpatient and charges.encounter_key is not null
    group by charges.encounter_key, charges.ordering_dept_key, charges.executing_dept_key, charges.item_period_key

),

sums as (

    select
        lines.encounter_key,
        lines.ordering_dept_key,
        items.class_no,
        cast(sum(lines.line_count) as bigint) as line_count,
        sum(lines.amount_yuan) as fee_yuan,
        sum(
            case
                when items.own_category = '' then 0
                when items.purchase_price is null then lines.amount_yuan
                else lines.quantity * items.purchase_price
            end
        ) as exact_cost_yuan,
        sum(lines.quantity * unit_costs.unit_cost_yuan) as service_cost_yuan,
        sum(lines.quantity * items.points) as points
    from lines
    inner join items on lines.item_period_key = items.item_period_key
    left join {{ ref('int_costing__item_unit_cost') }} as unit_costs
        on lines.executing_dept_key = unit_costs.executing_dept_key
        and lines.item_period_key = unit_costs.item_period_key
    group by lines.encounter_key, lines.ordering_dept_key, items.class_no

),

stay_charges as (

    select
        sums.encounter_key as stay_key,
        departments.dept_id,
        classes.fee_class,
        classes.item_kind,
        classes.own_category,
        classes.unit_code,
        sums.line_count,
        cast(sums.fee_yuan as decimal(18, 2)) as fee_yuan,
        sums.exact_cost_yuan,
        coalesce(sums.service_cost_yuan, 0) as service_cost_yuan,
        cast(sums.points as decimal(28, 4)) as points
    from sums
    inner join classes on sums.class_no = classes.class_no
    inner join {{ ref('int_conformed__department') }} as departments on sums.ordering_dept_key = departments.dept_key

)

select * from stay_charges
