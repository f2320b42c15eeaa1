with recalled as (

    select * from {{ ref('int_scoring__recall_departments') }}
    where bonus_months > 0 and bonus_sum_yuan <> 0

),

changes as (

    select
        bonuses.dept_id,
        {{ divide_rounded(
            'abs(bonuses.bonus_yuan * recalled.bonus_months - recalled.bonus_sum_yuan)', 'abs(recalled.bonus_sum_yuan)', 6
        ) }} as change_ratio
    from {{ ref('fct_department_bonus') }} as bonuses
    inner join recalled
        on bonuses.dept_id = recalled.dept_id

),

findings as (

    select changes.dept_id as sample_key
    from changes
    where changes.change_ratio > (select max(threshold) from {{ source('policy', 'gate') }} where gate_id = 'BON-06')

),

checked as (

    select
        count(*) as checked_rows,
        max(change_ratio) as change_ratio
    from changes

),

answer as (

    {{ gate_row(
        'BON-06',
        figure='checked.change_ratio',
        hint="coalesce(" ~ not_delivered(['performance_pool']) ~ ", case when checked.checked_rows = 0 then 'too_early:bonuses of earlier months' end)"
    ) }}

)

select * from answer
