with scope as (

    select * from {{ source('run', 'scope') }}

),

stays as (

    select * from {{ ref('stg_his__inpatient_stay') }}

),

settlements as (

    select * from {{ ref('stg_his__settlement') }}

),

standing_settlements as (

    select
        settlements.encounter_id as stay_id,
        max(settlements.settled_on) as settled_on
    from settlements
    left join settlements as reversals on settlements.settlement_id = reversals.reverses_settlement_id
    where settlements.encounter_type = 'inpatient'
        and not settlements.is_reversal
        and reversals.settlement_id is null
    group by settlements.encounter_id

),

undelivered as (

    select table_name
    from {{ source('run', 'delivery') }}
    where table_name = 'his_settlement' and not is_delivered

),

keyed as (

    select
        cast(row_number() over (order by stays.stay_id) as integer) as stay_key,
        stays.stay_id,
        stays.patient_id,
        stays.person_id,
        stays.admitted_at,
        stays.discharged_at,
        stays.discharged_at is null or stays.discharged_at >= scope.next_month_start as is_open,
        stays.admission_dept_id,
        stays.discharge_dept_id,
        stays.attending_doctor_id,
        stays.insurance_type,
        coalesce(
            standing_settlements.settled_on,
            case when undelivered.table_name is not null and stays.settled_on < scope.next_month_start then stays.settled_on end
        ) as settled_on
    from stays
    cross join scope
    left join standing_settlements on stays.stay_id = standing_settlements.stay_id
    left join undelivered on undelivered.table_name = 'his_settlement'

)

select * from keyed
