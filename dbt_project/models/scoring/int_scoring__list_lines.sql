with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

allotted as (

    select
        allotted.*,
        departments.charged_setting
    from {{ ref('int_scoring__allot_pools') }} as allotted
    inner join {{ ref('int_scoring__assign_scheme') }} as departments
        on allotted.dept_id = departments.dept_id

),

pools as (

    select * from {{ ref('int_scoring__size_pools') }}

),

components as (

    {{ component_line(1, 'POINTS', 'points_yuan', 'scored.fct_workload_points', 'dept_id') }}
    union all
    {{ component_line(2, 'OUTPATIENT_DEDUCTION', '-outpatient_deduction_yuan', 'costed.fct_department_cost', "dept_id || '|' || charged_setting") }}
    union all
    {{ component_line(3, 'INPATIENT_INCOME', 'inpatient_income_yuan', 'scored.fct_department_group', 'dept_id') }}
    union all
    {{ component_line(4, 'INPATIENT_DEDUCTION', '-inpatient_deduction_yuan', 'scored.fct_department_group', 'dept_id') }}
    union all
    {{ component_line(5, 'TRUE_UP', 'true_up_yuan', 'settled.fct_true_up', 'dept_id') }}
    union all
    {{ component_line(6, 'ADMINISTRATIVE', 'administrative_yuan', 'landing.performance_pool', "'administrative'") }}
    union all
    select
        dept_id,
        case component when 'CASE_WEIGHT' then 11 when 'DIFFICULTY' then 12 when 'SURPLUS' then 13 else 14 end as sequence,
        component,
        case component when 'SCORE_CARD' then 'scored.fct_scorecard' else 'scoring.int_scoring__share_cases' end as parent_relation,
        dept_id as parent_key,
        amount_yuan
    from {{ ref('int_scoring__apply_formulas') }}

),

closing as (

    select * from {{ ref('int_scoring__list_closing_lines') }}
    union all
    select * from {{ ref('int_scoring__scale_awards') }}

),

department_lines as (

    select * from components
    union all
    select * from closing

),

-- What a closing step gives to a department the reserve pays, and the reverse; subsidies are taken from the point money instead.
reserve_lines as (

    select
        'RESERVE' as dept_id,
        sequence,
        'RESERVE' as component,
        'scored.fct_bonus_journal' as parent_relation,
        dept_id || '|' || sequence || '|' || component as parent_key,
        -sum(amount_yuan) as amount_yuan
    from closing
    where component <> 'SUBSIDY'
    group by
        dept_id,
        sequence,
        component
    union all
    select
        'RESERVE' as dept_id,
        7 as sequence,
        'RESERVE' as component,
        'landing.performance_pool' as parent_relation,
        'reserve' as parent_key,
        reserve_yuan as amount_yuan
    from pools
    union all
    select
        'RESERVE' as dept_id,
        8 as sequence,
        'RESERVE' as component,
        'landing.performance_pool' as parent_relation,
        'administrative' as parent_key,
        administrative_yuan - (select coalesce(sum(administrative_yuan), 0) from allotted) as amount_yuan
    from pools

),

lines as (

    select * from department_lines
    union all
    select * from reserve_lines

),

listed as (

    select
        decisions.hospital_id,
        decisions.month,
        lines.dept_id,
        lines.sequence,
        lines.component,
        lines.parent_relation,
        lines.parent_key,
        cast(lines.amount_yuan as decimal(24, 6)) as amount_yuan,
        decisions.policy_version
    from lines
    cross join decisions
    where lines.amount_yuan <> 0

)

select * from listed
