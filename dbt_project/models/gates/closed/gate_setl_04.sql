with cases as (

    select * from {{ ref('int_settlement__gather_cases') }}

),

findings as (

    select
        stay_id || ' ' || status as sample_key,
        billed_fee_yuan
    from cases
    where status <> 'grouped'

),

checked as (

    select
        count(*) as checked_rows,
        {{ divide_rounded("count(case when status = 'grouped' then 1 end)", 'count(*)', 6, 0) }} as group_rate
    from cases

),

answer as (

    {{ gate_row('SETL-04', amount='billed_fee_yuan', figure='coalesce(checked.group_rate, 0)', hint=nothing_to_settle()) }}

)

select * from answer
