-- A line is matched when its encounter, item and departments are known; feeders are drugs, materials, laboratory, imaging,
-- theatre, other services, and all lines.
with scope as (

    select * from {{ source('run', 'scope') }}

),

items as (

    select
        items.item_period_key,
        case
            when items.item_kind = 'service' and units.unit_code in ('laboratory', 'imaging', 'theatre') then units.unit_code
            else items.item_kind
        end as feeder
    from {{ ref('int_conformed__item_period') }} as items
    cross join scope
    left join {{ source('policy', 'service_unit') }} as units
        on lower(items.fee_class) = lower(units.fee_class)
        and {{ in_force('units', 'scope.month_start') }}

),

lines as (

    select
        coalesce(items.feeder, '项目不明') as feeder,
        volumes.is_used,
        sum(volumes.line_count) as line_count,
        sum(volumes.absolute_yuan) as amount_yuan
    from {{ ref('int_costing__charge_volume') }} as volumes
    left join items on volumes.item_period_key = items.item_period_key
    group by items.feeder, volumes.is_used

),

feeders as (

    select feeder, is_used, line_count, amount_yuan from lines where feeder <> '项目不明'
    union all
    select '全部' as feeder, is_used, line_count, amount_yuan from lines

),

totals as (

    select
        feeder,
        sum(line_count) as line_count,
        sum(amount_yuan) as amount_yuan,
        sum(case when is_used then line_count else 0 end) as matched_count,
        sum(case when is_used then amount_yuan else 0 end) as matched_yuan
    from feeders
    group by feeder

),

rates as (

    select
        feeder,
        amount_yuan - matched_yuan as unmatched_yuan,
        {{ divide_rounded('cast(matched_count as decimal(18, 0))', 'cast(line_count as decimal(18, 0))', 6) }} as line_rate,
        coalesce({{ divide_rounded('matched_yuan', 'amount_yuan', 6) }}, 1) as amount_rate
    from totals

),

findings as (

    select
        feeder || ' 条数 ' || line_rate || ' 金额 ' || amount_rate as sample_key,
        unmatched_yuan
    from rates
    where line_rate < {{ parameter('match_line_minimum', 'decimal(9, 6)') }}
        or amount_rate < {{ parameter('match_amount_minimum', 'decimal(9, 6)') }}

),

checked as (

    select
        (select coalesce(sum(line_count), 0) from lines) as checked_rows,
        (select min(line_rate) from rates) as lowest_rate

),

answer as (

    {{ gate_row('COST-06', amount='unmatched_yuan', figure='checked.lowest_rate', hint=not_delivered(['his_charge'])) }}

)

select * from answer
