with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

lines as (

    select * from {{ ref('int_scoring__list_lines') }}

),

roundings as (

    select
        decisions.hospital_id,
        decisions.month,
        rounded.dept_id,
        900 as sequence,
        'ADJ_ROUNDING' as component,
        'landing.performance_pool' as parent_relation,
        'total' as parent_key,
        rounded.bonus_yuan - rounded.amount_yuan as amount_yuan,
        decisions.policy_version
    from {{ ref('int_scoring__round_departments') }} as rounded
    cross join decisions
    where rounded.bonus_yuan <> rounded.amount_yuan

),

journal as (

    select * from lines
    union all
    select * from roundings

),

journalised as (

    select
        hospital_id,
        month,
        dept_id,
        sequence,
        component,
        parent_relation,
        parent_key,
        cast(amount_yuan * 1000000 as bigint) as amount_micro_yuan,
        policy_version
    from journal

)

select * from journalised
