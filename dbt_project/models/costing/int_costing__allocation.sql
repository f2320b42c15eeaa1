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
        receivers.giver_no as holder_no,
        weights.*,
        row_number() over (order by weights.turn, givers.giver_no, weights.to_dept_id, weights.to_service_setting) as weight_no
    from {{ ref('int_costing__driver_weight') }} as weights
    inner join givers on weights.from_dept_id = givers.dept_id
    left join givers as receivers on weights.to_dept_id = receivers.dept_id

),

weights as (

    select
        *,
        divisor * total_weight as size,
        max(divisor) over (partition by giver_no) = 1 as is_whole,
        count(*) over (partition by giver_no) as receiver_count,
        min(weight_no) over (partition by giver_no) - min(weight_no) over (partition by turn) as receivers_before
    from numbered

),

pools as (

    select *, dense_rank() over (order by cost_category, cost_level, funding_source) as cost_no
    from {{ ref('int_costing__giver_pool') }}

),

costs as (

    select distinct cost_no, max(cost_no) over () as cost_count, cost_category, cost_level, funding_source, main_funding_source
    from pools

),

turns as (

    select
        1 as turn,
        true as is_held,
        givers.giver_no as holder_no,
        givers.turn as holder_turn,
        cast(null as bigint) as weight_no,
        costs.cost_no,
        costs.cost_count,
        {{ scaled_integer('coalesce(pools.amount_yuan, 0)', 2) }} as fen
    from (select distinct giver_no, from_dept_id as dept_id, turn from weights) as givers
    cross join costs
    left join pools on givers.dept_id = pools.dept_id and costs.cost_no = pools.cost_no

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
            case when kinds.is_held then ranked.to_turn end as holder_turn,
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

moved as (

    select
        turns.weight_no,
        costs.cost_category,
        costs.cost_level,
        sum(case when costs.funding_source = costs.main_funding_source then turns.fen else 0 end) as amount_units,
        {{ by_funding('turns.fen') }}
    from turns
    inner join costs on turns.cost_no = costs.cost_no
    where not turns.is_held and turns.fen <> 0
    group by turns.weight_no, costs.cost_category, costs.cost_level

),

postings as (

    select
        givers.step_no,
        givers.stage,
        weights.from_dept_id,
        weights.to_dept_id,
        weights.to_service_setting,
        moved.cost_category,
        moved.cost_level,
        weights.driver_code,
        {{ unscaled_decimal('moved.amount_units', 2) }} as amount_yuan{% for source in funding_sources() %},
        {{ unscaled_decimal('moved.' ~ source ~ '_units', 2) }} as {{ source }}_yuan{% endfor %}
    from moved
    inner join weights on moved.weight_no = weights.weight_no
    inner join givers on weights.giver_no = givers.giver_no

)

select * from postings
