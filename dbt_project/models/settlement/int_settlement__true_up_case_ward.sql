with decisions as (

    select
        {{ parameter('true_up_basis') }} as true_up_basis,
        {{ parameter('recognition_ratio', 'decimal(9,6)') }} as recognition_ratio

),

to_split as (

    select
        wards.stay_id,
        wards.dept_id,
        wards.ward_weight,
        due.actual_yuan as case_actual_yuan,
        due.simulated_yuan as case_simulated_yuan
    from {{ ref('int_settlement__match_true_ups') }} as due
    inner join {{ ref('int_settlement__case_ward') }} as wards on due.stay_id = wards.stay_id

),

actual as (

    {{ largest_remainder('to_split', 'case_actual_yuan', 'ward_weight', ['stay_id'], ['dept_id'], 2, 4) }}

),

simulated as (

    {{ largest_remainder('to_split', 'case_simulated_yuan', 'ward_weight', ['stay_id'], ['dept_id'], 2, 4) }}

),

compared as (

    select
        actual.stay_id,
        actual.dept_id,
        cast(actual.part as decimal(18, 2)) as actual_yuan,
        cast(simulated.part as decimal(18, 2)) as simulated_yuan,
        cast(
            actual.part - cast(simulated.part as decimal(18, 2)) * case
                when decisions.true_up_basis = 'recognised' then decisions.recognition_ratio else 1
            end as decimal(18, 6)
        ) as true_up_yuan
    from actual
    inner join simulated on actual.stay_id = simulated.stay_id and actual.dept_id = simulated.dept_id
    cross join decisions

)

select * from compared
