with settlements as (

    select * from {{ ref('stg_his__settlement') }}
    where encounter_type = 'inpatient'

),

standing as (

    select
        settlements.*,
        row_number() over (partition by settlements.encounter_id order by settlements.settled_on desc, settlements.settlement_id desc) as recency
    from settlements
    left join settlements as reversals on settlements.settlement_id = reversals.reverses_settlement_id
    where not settlements.is_reversal and reversals.settlement_id is null

),

summed as (

    select
        encounter_id as stay_id,
        max(settled_on) as settled_on,
        cast(sum(total_fee) as decimal(18, 2)) as total_fee_yuan,
        cast(sum(patient_pay) as decimal(18, 2)) as patient_pay_yuan,
        cast(sum(full_self_paid + first_self_paid + deductible) as decimal(18, 2)) as outside_scope_yuan,
        cast(sum(fund_booked) as decimal(18, 2)) as fund_booked_yuan,
        max(case when recency = 1 then in_scope_ratio end) as in_scope_ratio
    from standing
    group by encounter_id

)

select * from summed
