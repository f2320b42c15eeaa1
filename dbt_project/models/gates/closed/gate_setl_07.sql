-- A reversal whose original was settled in an earlier month has nothing here to be compared with.
with settlements as (

    select * from {{ ref('stg_his__settlement') }}

),

reversals as (

    select
        {{ address('his_settlement', 'reversals.settlement_id', 'reversals') }} as sample_key,
        reversals.reverses_settlement_id,
        reversals.total_fee,
        originals.settlement_id as original_id,
        originals.is_reversal as is_original_reversal,
        originals.total_fee as original_fee,
        count(*) over (partition by reversals.reverses_settlement_id) as reversal_count
    from settlements as reversals
    left join settlements as originals on reversals.reverses_settlement_id = originals.settlement_id
    where reversals.is_reversal or reversals.reverses_settlement_id is not null

),

findings as (

    select
        sample_key,
        abs(abs(total_fee) - abs(coalesce(original_fee, 0))) as difference_yuan
    from reversals
    where reverses_settlement_id is null
        or reversal_count > 1
        or (original_id is not null and (is_original_reversal or abs(total_fee) <> abs(original_fee)))

),

checked as (

    select count(*) as checked_rows from settlements

),

answer as (

    {{ gate_row('SETL-07', amount='difference_yuan', hint=nothing_to_settle(['his_settlement'], 'his_settlement')) }}

)

select * from answer
