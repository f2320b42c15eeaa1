with decisions as (

    select
        month,
        {{ parameter('reference_score', 'decimal(18,4)') }} as reference_score
    from {{ ref('int_scoring__read_decisions') }}

),

procedures as (

    select
        stay_id,
        min(performed_on) as first_performed_on,
        max(case when procedure_level in ('3', '4') then 1 else 0 end) as is_level_3_4
    from {{ ref('stg_emr__procedure') }}
    where procedure_level is not null
    group by stay_id

),

settlements as (

    select
        stay_id,
        multiple_class,
        standard_total_yuan
    from {{ ref('fct_case_settlement') }}
    where basis = 'simulated'

),

costs as (

    select
        stay_id,
        cost_yuan
    from {{ ref('fct_case_cost') }}
    where method = 'top_down'

),

benchmarks as (

    select
        payments.scheme,
        payments.version,
        payments.group_code,
        payments.mean_fee,
        payments.mean_days
    from {{ source('policy', 'group_payment') }} as payments
    inner join {{ source('policy', 'hospital') }} as hospital
        on payments.hospital_level = hospital.level
    cross join decisions
    where {{ in_force('payments', 'decisions.month') }} and {{ in_force('hospital', 'decisions.month') }}

),

described as (

    select
        cases.stay_id,
        grouped.dept_id,
        grouped.doctor_id,
        case when grouped.status = 'grouped' then grouped.group_code end as group_code,
        case when grouped.status <> 'excluded' then 1 else 0 end as is_groupable,
        case
            when grouped.status = 'grouped'
                then coalesce(grouped.weight, {{ divide_rounded('grouped.score', 'decisions.reference_score', 4) }})
        end as weight,
        cases.stay_days,
        cases.total_fee_yuan,
        cases.d23 + cases.d24 + cases.d25 as drug_fee_yuan,
        cases.d31 + cases.d32 + cases.d33 as material_fee_yuan,
        costs.cost_yuan,
        settlements.standard_total_yuan,
        settlements.multiple_class,
        procedures.is_level_3_4,
        {{ dbt.datediff('cast(cases.admitted_at as date)', 'procedures.first_performed_on', 'day') }} as preoperative_days,
        {{ divide_rounded('cases.total_fee_yuan', 'benchmarks.mean_fee', 12) }} as fee_ratio,
        {{ divide_rounded('cast(cases.stay_days as decimal(9, 0))', 'benchmarks.mean_days', 12) }} as days_ratio
    from {{ ref('int_conformed__case') }} as cases
    inner join {{ ref('fct_case') }} as grouped
        on cases.stay_id = grouped.stay_id
    cross join decisions
    left join procedures
        on cases.stay_id = procedures.stay_id
    left join settlements
        on cases.stay_id = settlements.stay_id
    left join costs
        on cases.stay_id = costs.stay_id
    left join benchmarks
        on
            grouped.scheme = benchmarks.scheme
            and grouped.version = benchmarks.version
            and grouped.group_code = benchmarks.group_code
            and grouped.status = 'grouped'

)

select * from described
