with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

compared as (

    select
        decisions.month,
        cast(coalesce(sum(true_ups.simulated_yuan), 0) as decimal(18, 2)) as simulated_yuan,
        cast(coalesce(sum(true_ups.actual_yuan), 0) as decimal(18, 2)) as actual_yuan,
        cast(coalesce(sum(true_ups.compared_case_count), 0) as bigint) as compared_case_count
    from decisions
    left join {{ ref('fct_true_up') }} as true_ups
        on decisions.month = true_ups.month
    group by decisions.month

),

year_to_date as (

    select
        cast(compared.simulated_yuan + coalesce(sum(past.simulated_yuan), 0) as decimal(18, 2)) as year_simulated_yuan,
        cast(compared.actual_yuan + coalesce(sum(past.actual_yuan), 0) as decimal(18, 2)) as year_actual_yuan
    from compared
    left join {{ source('history', 'fct_recognition_review') }} as past
        on
            compared.month > past.month
            and extract(year from compared.month) = extract(year from past.month)
    group by
        compared.simulated_yuan,
        compared.actual_yuan

),

ratios as (

    select
        decisions.hospital_id,
        decisions.month,
        compared.compared_case_count,
        compared.simulated_yuan,
        compared.actual_yuan,
        year_to_date.year_simulated_yuan,
        year_to_date.year_actual_yuan,
        cast({{ divide_rounded('year_to_date.year_actual_yuan', 'year_to_date.year_simulated_yuan', 6) }} as decimal(18, 6)) as realisation_ratio,
        decisions.recognition_ratio
    from decisions
    cross join compared
    cross join year_to_date

),

-- What was simulated too high has been recognised too high: next year's ratio recognises what the insurer pays of it.
proposed as (

    select
        *,
        cast(1 - abs(1 - realisation_ratio) as decimal(18, 6)) as accuracy,
        cast(least(round(cast(recognition_ratio as decimal(20, 6)) * realisation_ratio, 2), 1) as decimal(9, 6)) as proposed_ratio
    from ratios

)

select * from proposed
