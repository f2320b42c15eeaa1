{#- Reductions stand behind every closing step and before the rounding. -#}
{%- set reduction_sequence = 800 -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

-- What the card gave on balance, as far as the department still has it.
standings as (

    select
        allotted.dept_id,
        allotted.scored_yuan + allotted.unscored_yuan + coalesce(sums.change_yuan, 0) as standing_yuan,
        coalesce(sums.reserve_change_yuan, 0) as reserve_change_yuan,
        coalesce(sums.card_yuan, 0) as card_yuan,
        allotted.administrative_yuan
    from {{ ref('int_scoring__allot_pools') }} as allotted
    left join (
        select
            dept_id,
            sum(amount_yuan) as change_yuan,
            sum(amount_yuan) filter (where component <> 'SUBSIDY') as reserve_change_yuan,
            sum(amount_yuan) filter (where component in ('ADJ_CARD', 'ADJ_CAP', 'ADJ_VETO')) as card_yuan
        from {{ ref('int_scoring__list_closing_lines') }}
        group by dept_id
    ) as sums
        on allotted.dept_id = sums.dept_id

),

reducible as (

    select
        *,
        cast(greatest(least(card_yuan, standing_yuan), 0) as decimal(24, 6)) as reducible_yuan
    from standings

),

overdrawn as (

    select
        reducible.dept_id,
        reducible.reducible_yuan,
        cast(least(
            sum(reducible.reducible_yuan) over (),
            greatest(
                sum(reducible.reserve_change_yuan + reducible.administrative_yuan) over () - pools.reserve_yuan - pools.administrative_yuan, 0
            )
        ) as decimal(24, 6)) as overdraft_yuan
    from reducible
    cross join {{ ref('int_scoring__size_pools') }} as pools
    cross join decisions
    where decisions.reserve_overdraw = 'scale_awards'

),

reduced as (

    {{ largest_remainder('overdrawn', 'overdraft_yuan', 'reducible_yuan', [], ['dept_id'], 6, 6) }}

),

reductions as (

    select
        dept_id,
        {{ reduction_sequence }} as sequence,
        'ADJ_CARD' as component,
        'policy.parameter' as parent_relation,
        'reserve_overdraw' as parent_key,
        -part as amount_yuan
    from reduced
    where part <> 0

)

select * from reductions
