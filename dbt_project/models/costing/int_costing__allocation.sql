-- One turn after the other, as many as the policy has. Between turns travel what departments still have to give
-- (is_held) and what a turn gave; a department gives the direct cost of setting `none` and all it received.
with recursive givers as (

    select * from {{ ref('int_costing__allocation_giver') }}

),

weights as (

    select * from {{ ref('int_costing__driver_weight') }}

),

pools as (

    select
        givers.step_order as holder_step,
        direct_cost.dept_id,
        direct_cost.cost_category,
        direct_cost.cost_level,
        direct_cost.amount_yuan
    from {{ ref('int_costing__direct_cost') }} as direct_cost
    inner join givers on direct_cost.dept_id = givers.dept_id
    where not direct_cost.is_own_item

),

turns as (

    select
        0 as step_order,
        true as is_held,
        holder_step,
        cast(null as varchar(200)) as from_dept_id,
        cast(null as varchar(200)) as driver_code,
        dept_id as to_dept_id,
        'none' as to_service_setting,
        cost_category,
        cost_level,
        cast(amount_yuan as decimal(38, 2)) as amount_yuan
    from pools

    union all

    select * from (
        select
            step_order + 1 as step_order,
            true as is_held,
            holder_step,
            from_dept_id,
            driver_code,
            to_dept_id,
            to_service_setting,
            cost_category,
            cost_level,
            amount_yuan
        from turns
        where is_held and holder_step > step_order + 1

        union all

        select
            given.step_order,
            receipts.is_held,
            given.holder_step,
            given.from_dept_id,
            given.driver_code,
            given.to_dept_id,
            given.to_service_setting,
            given.cost_category,
            given.cost_level,
            given.part as amount_yuan
        from (
            {{ largest_remainder(
                '(
                    select
                        weights.*,
                        held.cost_category,
                        held.cost_level,
                        held.held_yuan,
                        receivers.step_order as holder_step
                    from (
                        select to_dept_id, cost_category, cost_level, step_order + 1 as turn, sum(amount_yuan) as held_yuan
                        from turns
                        where is_held and holder_step = step_order + 1
                        group by to_dept_id, cost_category, cost_level, step_order
                    ) as held
                    inner join weights on held.to_dept_id = weights.from_dept_id and held.turn = weights.step_order
                    left join givers as receivers on weights.to_dept_id = receivers.dept_id
                ) as held_weights', 'held_yuan', 'weight',
                partition_by=['from_dept_id', 'cost_category', 'cost_level'], order_by=['to_dept_id', 'to_service_setting'],
                divisor='divisor', total='total_weight'
            ) | indent(8) }}
        ) as given
        inner join (
            select true as is_held
            union all
            select false as is_held
        ) as receipts
            on not receipts.is_held or given.holder_step is not null
    ) as next_turn

),

postings as (

    select
        givers.step_no,
        givers.stage,
        turns.from_dept_id,
        turns.to_dept_id,
        turns.to_service_setting,
        turns.cost_category,
        turns.cost_level,
        turns.driver_code,
        turns.amount_yuan
    from turns
    inner join givers on turns.from_dept_id = givers.dept_id
    where not turns.is_held and turns.amount_yuan <> 0

)

select * from postings
