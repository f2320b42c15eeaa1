with own as (

    select
        dept_id,
        case when is_inpatient then 'inpatient' else 'outpatient' end as service_setting,
        cost_category,
        'L1' as cost_level,
        true as is_own_item,
        cast(sum(own_cost_yuan) as decimal(38, 2)) as amount_yuan
    from {{ ref('int_costing__own_item') }}
    group by dept_id, is_inpatient, cost_category

),

taken as (

    select from_dept_id as dept_id, cost_category, 'L1' as cost_level, sum(amount_yuan) as amount_yuan
    from {{ ref('int_costing__own_item_move') }}
    group by from_dept_id, cost_category

),

remaining as (

    select dept_id, cost_category, cost_level, cast(sum(amount_yuan) as decimal(38, 2)) as remaining_yuan
    from (
        select dept_id, cost_category, cost_level, amount_yuan from {{ ref('int_costing__department_ledger') }}
        union all
        select dept_id, cost_category, cost_level, -amount_yuan as amount_yuan from taken
    ) as booked_and_taken
    group by dept_id, cost_category, cost_level

),

centres as (

    select
        remaining.*,
        centres.service_setting,
        centres.share_numerator
    from remaining
    inner join {{ ref('int_costing__cost_centre') }} as centres on remaining.dept_id = centres.dept_id

),

divided as (

    {{ largest_remainder(
        'centres', 'remaining_yuan', 'share_numerator',
        partition_by=['dept_id', 'cost_category', 'cost_level'], order_by=['service_setting'], weight_digits=0
    ) | indent(4) }}

),

direct_cost as (

    select dept_id, service_setting, cost_category, cost_level, is_own_item, amount_yuan
    from own
    union all
    select dept_id, service_setting, cost_category, cost_level, false as is_own_item, part as amount_yuan
    from divided

),

not_empty as (

    select * from direct_cost where amount_yuan <> 0

)

select * from not_empty
