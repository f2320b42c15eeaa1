with settlements as (

    select * from {{ ref('stg_his__settlement') }}
    where encounter_type = 'inpatient'

),

reversals as (

    select distinct reverses_settlement_id from settlements where reverses_settlement_id is not null

),

standing as (

    select settlements.*
    from settlements
    left join reversals on settlements.settlement_id = reversals.reverses_settlement_id
    where not settlements.is_reversal and reversals.reverses_settlement_id is null

),

summed as (

    select
        encounter_id as stay_id,
        max(settled_on) as settled_on,
        cast(sum(total_fee) as decimal(18, 2)) as total_fee_yuan,
        cast(sum(patient_pay) as decimal(18, 2)) as patient_pay_yuan,
        cast(sum(full_self_paid + first_self_paid + deductible) as decimal(18, 2)) as outside_scope_yuan,
        cast(sum(fund_booked) as decimal(18, 2)) as fund_booked_yuan,
        max(in_scope_ratio) as in_scope_ratio,
        count(in_scope_ratio) < count(*) or min(in_scope_ratio) < max(in_scope_ratio) as has_several_ratios
    from standing
    group by encounter_id

),

ratios as (

    select
        standing.encounter_id,
        standing.in_scope_ratio,
        row_number() over (partition by standing.encounter_id order by standing.settled_on desc, standing.settlement_id desc) as recency
    from standing
    inner join summed on standing.encounter_id = summed.stay_id
    where summed.has_several_ratios

),

newest as (

    select encounter_id, in_scope_ratio from ratios where recency = 1

),

chosen as (

    select
        summed.stay_id,
        summed.settled_on,
        summed.total_fee_yuan,
        summed.patient_pay_yuan,
        summed.outside_scope_yuan,
        summed.fund_booked_yuan,
        case when summed.has_several_ratios then newest.in_scope_ratio else summed.in_scope_ratio end as in_scope_ratio
    from summed
    left join newest on summed.stay_id = newest.encounter_id

)

select * from chosen
