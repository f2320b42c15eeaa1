-- One turn after the other, as many as the policy has. Between turns travel what givers hold (is_held) and what the last turn
-- posted. Windows order by giver_no and cost_no instead of partitioning by them: a turn is a few hundred rows, and setting up
-- partitions costs more than the turn itself. Every giver therefore holds every cost, be it nothing, so that the rows before
-- a pool can be counted (rows_before).
with recursive givers as (

    select * from {{ ref('int_costing__allocation_giver') }}

),

numbered as (

    select
        givers.giver_no,
        givers.step_order,
        receivers.giver_no as holder_no,
        receivers.step_order as holder_turn,
        weights.*,
        row_number() over (order by givers.step_order, givers.giver_no, weights.to_dept_id, weights.to_service_setting) as weight_no
    from {{ ref('int_costing__driver_weight') }} as weights
    inner join givers on weights.from_dept_id = givers.dept_id
    left join givers as receivers on weights.to_dept_id = receivers.dept_id

),

weights as (

    select
        giver_no,
        holder_no,
        holder_turn,
        weight_no,
        weight,
        divisor * total_weight as size,
        max(divisor) over (partition by giver_no) = 1 as is_whole,
        count(*) over (partition by giver_no) as receiver_count,
        min(weight_no) over (partition by giver_no) - min(weight_no) over (partition by step_order) as receivers_before,
        from_dept_id,
        to_dept_id,
        to_service_setting,
        driver_code
    from numbered

),

direct_cost as (

    select * from {{ ref('int_costing__direct_cost') }} where not is_own_item

),

costs as (

    select
        cost_category,
        cost_level,
        row_number() over (order by cost_category, cost_level) as cost_no,
        count(*) over () as cost_count
    from (select distinct cost_category, cost_level from direct_cost) as distinct_costs

),

turns as (

    select
        1 as turn,
        true as is_held,
        givers.giver_no as holder_no,
        givers.step_order as holder_turn,
        cast(null as bigint) as weight_no,
        costs.cost_no,
        costs.cost_count,
        {{ scaled_integer('coalesce(direct_cost.amount_yuan, 0)', 2) }} as fen
    from givers
    cross join costs
    left join direct_cost
        on givers.dept_id = direct_cost.dept_id
        and costs.cost_category = direct_cost.cost_category
        and costs.cost_level = direct_cost.cost_level

    union all

    select turn, is_held, holder_no, holder_turn, weight_no, cost_no, cost_count, cast(sum(fen) as {{ exact_integer() }}) as fen
    from (
        select turn + 1 as turn, is_held, holder_no, holder_turn, weight_no, cost_no, cost_count, fen
        from turns
        where is_held and holder_turn > turn

        union all

        select
            ranked.turn + 1 as turn,
            kinds.is_held,
            case when kinds.is_held then ranked.holder_no end as holder_no,
            case when kinds.is_held then ranked.holder_turn end as holder_turn,
            case when not kinds.is_held then ranked.weight_no end as weight_no,
            ranked.cost_no,
            ranked.cost_count,
            ranked.part + case when ranked.place <= ranked.missing then sign(ranked.fen) else 0 end as fen
        from (
            select
                *,
                abs(fen) - sum(abs(part)) over (order by giver_no, cost_no range between current row and current row) as missing,
                row_number() over (order by giver_no asc, cost_no asc, digits_1 desc, digits_2 desc, digits_3 desc, weight_no asc) - rows_before as place
            from (
                {{ fraction_digit_columns(
                    '(
                        select
                            turns.turn,
                            turns.cost_no,
                            turns.cost_count,
                            turns.fen,
                            weights.*,
                            weights.receivers_before * turns.cost_count + weights.receiver_count * (turns.cost_no - 1) as rows_before,
                            ' ~ truncated_quotient('turns.fen * weights.weight', 'weights.size') ~ ' as part
                        from turns
                        inner join weights on turns.holder_no = weights.giver_no
                        where turns.is_held and turns.holder_turn = turns.turn
                    ) as divided',
                    'abs(fen * weight - part * size)', 'size', 'is_whole'
                ) | indent(16) }}
            ) as counted
        ) as ranked
        inner join (values (true), (false)) as kinds (is_held) on not kinds.is_held or ranked.holder_no is not null
    ) as next_turn
    group by turn, is_held, holder_no, holder_turn, weight_no, cost_no, cost_count

),

postings as (

    select
        givers.step_no,
        givers.stage,
        weights.from_dept_id,
        weights.to_dept_id,
        weights.to_service_setting,
        costs.cost_category,
        costs.cost_level,
        weights.driver_code,
        {{ unscaled_decimal('turns.fen', 2) }} as amount_yuan
    from turns
    inner join weights on turns.weight_no = weights.weight_no
    inner join givers on weights.giver_no = givers.giver_no
    inner join costs on turns.cost_no = costs.cost_no
    where not turns.is_held and turns.fen <> 0

)

select * from postings
