with due as (

    select * from {{ ref('int_settlement__match_true_ups') }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        wards.dept_id,
        cast(round(sum(wards.true_up_yuan), 2) as decimal(18, 2)) as true_up_yuan,
        cast(sum(wards.actual_yuan) as decimal(18, 2)) as actual_yuan,
        cast(sum(wards.simulated_yuan) as decimal(18, 2)) as simulated_yuan,
        count(case when due.has_statement then 1 end) as compared_case_count,
        count(case when not due.has_statement then 1 end) as awaited_case_count
    from {{ ref('int_settlement__true_up_case_ward') }} as wards
    inner join due on wards.stay_id = due.stay_id
    cross join {{ source('run', 'scope') }} as scope
    group by scope.hospital_id, scope.month_start, wards.dept_id

)

select * from published
