with shares as (

    select
        wards.stay_id,
        wards.dept_id,
        wards.ward_weight,
        population.payment_yuan as case_payment_yuan,
        count(*) over (partition by wards.stay_id) as ward_count
    from {{ ref('int_settlement__population_case') }} as population
    inner join {{ ref('int_settlement__case_ward') }} as wards on population.stay_id = wards.stay_id

),

to_split as (

    select * from shares where ward_count > 1

),

split as (

    {{ largest_remainder('to_split', 'case_payment_yuan', 'ward_weight', ['stay_id'], ['dept_id'], 2, 4) }}

),

payments as (

    select
        stay_id,
        dept_id,
        cast(part as decimal(18, 2)) as payment_yuan
    from split
    union all
    select
        stay_id,
        dept_id,
        case_payment_yuan as payment_yuan
    from shares
    where ward_count = 1

)

select * from payments
