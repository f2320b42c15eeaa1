-- Cost-to-charge by service unit. What a department spends on inpatients, technology by what it gave them, goes to the units
-- whose services it executed for them; drugs and separately charged materials are units of their own.
with scope as (

    select * from {{ source('run', 'scope') }}

),

units as (

    select lower(service_unit.fee_class) as fee_class, service_unit.unit_code
    from {{ source('policy', 'service_unit') }} as service_unit
    cross join scope
    where {{ in_force('service_unit', 'scope.month_start') }}

),

spent as (

    select dept_id, sum(amount_yuan) as cost_yuan
    from (
        select dept_id, amount_yuan
        from {{ ref('int_costing__department_cost') }}
        where service_setting = 'inpatient' and is_in_scope and not is_own_item and stage <> 'technology'
        union all
        select from_dept_id as dept_id, amount_yuan
        from {{ ref('int_costing__allocation') }}
        where stage = 'technology' and to_service_setting = 'inpatient' and cost_level <= {{ parameter('bonus_cost_level') }}
    ) as inpatient_cost
    group by dept_id

),

executed as (

    select
        volumes.executing_dept_id as dept_id,
        case
            when items.item_kind = 'drug' then 'drugs'
            when items.item_kind = 'material' and items.is_separately_charged then 'materials'
            else coalesce(units.unit_code, 'other')
        end as unit_code,
        case
            when items.item_kind = 'drug' then 'C3'
            when items.item_kind = 'material' and items.is_separately_charged then 'C2'
            else ''
        end as own_category,
        sum(volumes.amount_yuan) as executed_yuan
    from {{ ref('int_costing__charge_volume') }} as volumes
    inner join {{ ref('int_conformed__item_period') }} as items on volumes.item_period_key = items.item_period_key
    left join units on lower(items.fee_class) = units.fee_class
    where volumes.is_used and volumes.is_inpatient
    group by volumes.executing_dept_id, items.item_kind, items.is_separately_charged, coalesce(units.unit_code, 'other')

),

-- A pharmacy has no services: its cost goes with what it dispenses.
ranked as (

    select
        dept_id,
        unit_code,
        own_category,
        sum(executed_yuan) as executed_yuan,
        dense_rank() over (partition by dept_id order by case when own_category = '' then 1 else 2 end) as preference
    from executed
    group by dept_id, unit_code, own_category
    having sum(executed_yuan) > 0

),

weighted as (

    select
        ranked.dept_id,
        ranked.unit_code,
        ranked.own_category,
        ranked.executed_yuan,
        cast(spent.cost_yuan as decimal(38, 2)) as cost_yuan
    from ranked
    inner join spent on ranked.dept_id = spent.dept_id
    where ranked.preference = 1

),

split as (

    {{ largest_remainder(
        'weighted', 'cost_yuan', 'executed_yuan', partition_by=['dept_id'], order_by=['unit_code', 'own_category'], weight_digits=2
    ) | indent(4) }}

),

sides as (

    select own_category, unit_code, fee_yuan, 0 as cost_yuan
    from {{ ref('int_costing__stay_charge') }}
    union all
    select own_category, unit_code, 0 as fee_yuan, part as cost_yuan
    from split
    union all
    select
        cost_category as own_category,
        case cost_category when 'C3' then 'drugs' else 'materials' end as unit_code,
        0 as fee_yuan,
        own_cost_yuan as cost_yuan
    from {{ ref('int_costing__own_item') }}
    where is_inpatient and encounter_key is not null

),

summed as (

    select
        own_category,
        unit_code,
        cast(sum(cost_yuan) as decimal(18, 2)) as cost_yuan,
        cast(sum(fee_yuan) as decimal(18, 2)) as revenue_yuan
    from sides
    group by own_category, unit_code

),

ratios as (

    select
        *,
        case when revenue_yuan > 0 then {{ divide_rounded('cost_yuan', 'revenue_yuan', 12, 2) }} end as cost_to_charge
    from summed

)

select * from ratios
