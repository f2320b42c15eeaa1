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

offered as (

    select
        choices.dept_id as from_dept_id,
        choices.step_order,
        choices.used_driver_code as driver_code,
        choices.preference,
        quantities.to_dept_id,
        case when quantities.service_setting in ('inpatient', 'outpatient') then quantities.service_setting end as service_setting,
        greatest(quantities.quantity, 0) as quantity,
        row_number() over (
            partition by choices.dept_id, choices.preference, quantities.to_dept_id, quantities.service_setting
            order by case when quantities.from_dept_id is null then 1 else 0 end
        ) as precedence
    from choices
    inner join quantities
        on choices.used_driver_code = quantities.driver_code
        and choices.dept_id = coalesce(quantities.from_dept_id, choices.dept_id)
    inner join departments on quantities.to_dept_id = departments.dept_id
    left join givers as receivers on quantities.to_dept_id = receivers.dept_id
    where '|' || choices.to_dept_classes || '|' like '%|' || departments.dept_class || '|%'
        and (receivers.step_order is null or receivers.step_order > choices.step_order)

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
        preferred.from_dept_id, preferred.step_order, preferred.driver_code,
        centres.dept_id, centres.service_setting, centres.share_denominator

),

not_empty as (

    select * from weights where weight <> 0

)

select * from not_empty
