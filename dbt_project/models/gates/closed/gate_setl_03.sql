with settlements as (

    select
        {{ address('his_settlement', 'settlement_id') }} as sample_key,
        fund_booked + other_fund + patient_pay - total_fee as difference_yuan
    from {{ ref('stg_his__settlement') }}

),

findings as (

    select
        sample_key,
        abs(difference_yuan) as difference_yuan
    from settlements
    where difference_yuan <> 0

),

checked as (

    select count(*) as checked_rows from settlements

),

answer as (

    {{ gate_row('SETL-03', amount='difference_yuan', hint=nothing_to_settle(['his_settlement'], 'his_settlement')) }}

)

select * from answer
