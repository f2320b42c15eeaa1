-- Weights are fractions: a quantity delivered for a department as a whole is divided over its settings by their shares.
with givers as (

    select * from {{ ref('int_costing__allocation_giver') }}

),

quantities as (

    select * from {{ ref('int_costing__driver_quantity') }}

),

departments as (

    select dept_id, dept_class from {{ ref('int_conformed__department') }}

),

choices as (

    select givers.*, givers.driver_code as used_driver_code, 1 as preference from givers
    union all
    select givers.*, givers.fallback_driver_code as used_driver_code, 2 as preference from givers

),

-- A row that names its giver is the first choice for a receiver, a row for all givers the second.
addressed as (

    select choices.*, quantities.to_dept_id, quantities.service_setting, quantities.quantity, 1 as distance
    from choices
    inner join quantities on choices.used_driver_code = quantities.driver_code and choices.dept_id = quantities.from_dept_id
    union all
    select choices.*, quantities.to_dept_id, quantities.service_setting, quantities.quantity, 2 as distance
    from choices
    inner join quantities on choices.used_driver_code = quantities.driver_code
    where quantities.from_dept_id is null

),

offered as (

    select
        addressed.dept_id as from_dept_id,
        addressed.step_order,
        addressed.used_driver_code as driver_code,
        addressed.preference,
        addressed.to_dept_id,
        receivers.step_order as to_step_order,
        case when addressed.service_setting in ('inpatient', 'outpatient') then addressed.service_setting end as service_setting,
        greatest(addressed.quantity, 0) as quantity,
        row_number() over (
            partition by addressed.dept_id, addressed.preference, addressed.to_dept_id, addressed.service_setting
            order by addressed.distance
        ) as precedence
    from addressed
    inner join departments on addressed.to_dept_id = departments.dept_id
    left join givers as receivers on addressed.to_dept_id = receivers.dept_id
    where '|' || addressed.to_dept_classes || '|' like '%|' || departments.dept_class || '|%'
        and (receivers.step_order is null or receivers.step_order > addressed.step_order)

),

totalled as (

    select
        *,
        sum(quantity) over (partition by from_dept_id, preference) as total_quantity
    from offered
    where precedence = 1

),

preferred as (

    select
        *,
        dense_rank() over (partition by from_dept_id order by preference) as choice
    from totalled
    where total_quantity > 0

),

centres as (

    select * from {{ ref('int_costing__cost_centre') }}

),

weights as (

    select
        preferred.from_dept_id,
        preferred.step_order,
        preferred.driver_code,
        centres.dept_id as to_dept_id,
        preferred.to_step_order,
        centres.service_setting as to_service_setting,
        sum(
            {{ scaled_integer('preferred.quantity', 4) }}
            * case
                when not centres.is_divided or preferred.service_setting is null then centres.share_numerator
                when preferred.service_setting = centres.service_setting then centres.share_denominator
                else 0
            end
        ) as weight,
        centres.share_denominator as divisor,
        {{ scaled_integer('max(preferred.total_quantity)', 4) }} as total_weight
    from preferred
    inner join centres on preferred.to_dept_id = centres.dept_id
    where preferred.choice = 1
    group by
        preferred.from_dept_id, preferred.step_order, preferred.driver_code, preferred.to_step_order,
        centres.dept_id, centres.service_setting, centres.share_denominator

),

not_empty as (

    select * from weights where weight <> 0

),

reached as (

    select
        step_order,
        max(max(to_step_order)) over (order by step_order rows between unbounded preceding and 1 preceding) >= step_order as is_reached
    from not_empty
    group by step_order

),

-- Where nothing flows in from before, turns begin at 1 again: chains that never meet share their turns.
turns as (

    select step_order, step_order + 1 - max(case when is_reached then 1 else step_order end) over (order by step_order) as turn
    from reached

),

scheduled as (

    select
        not_empty.from_dept_id,
        turns.turn,
        not_empty.driver_code,
        not_empty.to_dept_id,
        not_empty.to_service_setting,
        receiving.turn as to_turn,
        not_empty.weight,
        not_empty.divisor,
        not_empty.total_weight
    from not_empty
    inner join turns on not_empty.step_order = turns.step_order
    left join turns as receiving on not_empty.to_step_order = receiving.step_order

)

select * from scheduled
