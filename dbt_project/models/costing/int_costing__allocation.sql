-- One turn after the other, as many as there are givers. Between turns travel what givers hold (is_held) and what the last
-- turn posted. Windows order by cost_no instead of partitioning by it: a turn is a few hundred rows, and setting up
-- partitions costs more than the turn itself. Every giver therefore holds every cost, be it nothing.
with recursive givers as (

    select * from {{ ref('int_costing__allocation_giver') }}

),

weights as (

    select
        givers.turn,
        receivers.turn as holder_turn,
        weights.weight,
        weights.divisor * weights.total_weight as size,
        row_number() over (order by givers.turn, weights.to_dept_id, weights.to_service_setting) as weight_no,
        count(*) over (partition by givers.turn) as receiver_count,
        max(weights.divisor) over (partition by givers.turn) = 1 as is_whole,
        weights.from_dept_id,
        weights.to_dept_id,
        weights.to_service_setting,
        weights.driver_code
    from {{ ref('int_costing__driver_weight') }} as weights
    inner join givers on weights.from_dept_id = givers.dept_id
    left join givers as receivers on weights.to_dept_id = receivers.dept_id

),

direct_cost as (

    select * from {{ ref('int_costing__direct_cost') }} where not is_own_item

),

costs as (

    select
        cost_category,
        cost_level,
        row_number() over (order by cost_category, cost_level) as cost_no
    from (select distinct cost_category, cost_level from direct_cost) as distinct_costs

),

turns as (

    select
        1 as turn,
        true as is_held,
        givers.turn as holder_turn,
        cast(null as bigint) as weight_no,
        costs.cost_no,
        {{ scaled_integer('coalesce(direct_cost.amount_yuan, 0)', 2) }} as fen
    from givers
    cross join costs
    left join direct_cost
        on givers.dept_id = direct_cost.dept_id
        and costs.cost_category = direct_cost.cost_category
        and costs.cost_level = direct_cost.cost_level

    union all

    select turn, is_held, holder_turn, weight_no, cost_no, cast(sum(fen) as {{ exact_integer() }}) as fen
    from (
        select turn + 1 as turn, is_held, holder_turn, weight_no, cost_no, fen
        from turns
        where is_held and holder_turn > turn

        union all

        select
            ranked.turn + 1 as turn,
            kinds.is_held,
            case when kinds.is_held then ranked.holder_turn end as holder_turn,
            case when not kinds.is_held then ranked.weight_no end as weight_no,
            ranked.cost_no,
            ranked.part + case when ranked.place <= ranked.missing then sign(ranked.fen) else 0 end as fen
        from (
            select
                *,
                abs(fen) - sum(abs(part)) over (order by cost_no range between current row and current row) as missing,
                row_number() over (
                    order by
                        cost_no,
                        case when is_whole then remainder else {{ fraction_digits('remainder', 'size', 0) }} end desc,
                        case when is_whole then 0 else {{ fraction_digits('remainder', 'size', 1) }} end desc,
                        case when is_whole then 0 else {{ fraction_digits('remainder', 'size', 2) }} end desc,
                        weight_no
                ) - receiver_count * (cost_no - 1) as place
            from (
                select *, abs(fen * weight - part * size) as remainder
                from (
                    select
                        turns.turn,
                        turns.cost_no,
                        turns.fen,
                        weights.holder_turn,
                        weights.weight_no,
                        weights.receiver_count,
                        weights.is_whole,
                        weights.weight,
                        weights.size,
                        {{ truncated_quotient('turns.fen * weights.weight', 'weights.size') }} as part
                    from turns
                    inner join weights on turns.turn = weights.turn
                    where turns.is_held and turns.holder_turn = turns.turn
                ) as divided
            ) as counted
        ) as ranked
        inner join (
            select true as is_held
            union all
            select false as is_held
        ) as kinds
            on not kinds.is_held or ranked.holder_turn is not null
    ) as next_turn
    group by turn, is_held, holder_turn, weight_no, cost_no

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
    inner join givers on weights.turn = givers.turn
    inner join costs on turns.cost_no = costs.cost_no
    where not turns.is_held and turns.fen <> 0

)

select * from postings
