with lines as (

    select * from {{ ref('fct_bonus_journal') }}

),

-- Every relation a line may name as its parent, with the keys it holds.
evidence as (

    select 'scored.fct_workload_points' as relation, dept_id as evidence_key from {{ ref('fct_workload_points') }}
    union all
    select 'costed.fct_department_cost' as relation, dept_id || '|' || service_setting as evidence_key from {{ ref('fct_department_cost') }}
    union all
    select 'scored.fct_department_group' as relation, dept_id as evidence_key from {{ ref('fct_department_group') }}
    union all
    select 'scoring.int_scoring__share_cases' as relation, dept_id as evidence_key from {{ ref('int_scoring__share_cases') }}
    union all
    select 'settled.fct_true_up' as relation, dept_id as evidence_key from {{ ref('fct_true_up') }}
    union all
    select 'scored.fct_dimension_score' as relation, dept_id as evidence_key from {{ ref('fct_dimension_score') }}
    union all
    select 'scored.fct_scorecard' as relation, dept_id as evidence_key from {{ ref('fct_scorecard') }}
    union all
    select 'scored.fct_scorecard' as relation, dept_id || '|' || indicator_code as evidence_key from {{ ref('fct_scorecard') }}
    union all
    select 'scored.fct_department_bonus' as relation, dept_id as evidence_key from {{ ref('fct_department_bonus') }}
    union all
    select 'scored.fct_bonus_journal' as relation, dept_id || '|' || sequence || '|' || component as evidence_key from lines
    union all
    select 'landing.performance_pool' as relation, pool_code as evidence_key from {{ ref('stg_performance__pool') }}
    union all
    select 'landing.performance_subsidy' as relation, dept_id as evidence_key from {{ ref('stg_performance__subsidy') }}
    union all
    select 'landing.performance_staff' as relation, dept_id as evidence_key from {{ ref('stg_performance__staff') }}
    union all
    select 'landing.performance_opening' as relation, measure_code || '|' || subject_id as evidence_key from {{ ref('stg_performance__opening') }}
    union all
    select 'history.fct_department_bonus' as relation, 'carried_balance|' || dept_id as evidence_key from {{ source('history', 'fct_department_bonus') }}
    union all
    select 'policy.parameter' as relation, parameter_code as evidence_key from {{ source('policy', 'parameter') }}

),

parents as (

    select distinct
        relation,
        evidence_key
    from evidence

),

findings as (

    select
        lines.dept_id || '|' || lines.sequence || '|' || lines.component as sample_key,
        cast(abs(lines.amount_micro_yuan) as decimal(24, 6)) * 0.000001 as amount_yuan
    from lines
    left join parents
        on
            lines.parent_relation = parents.relation
            and lines.parent_key = parents.evidence_key
    where parents.relation is null

),

checked as (

    select count(*) as checked_rows from lines

),

answer as (

    {{ gate_row('BON-04', amount='amount_yuan', hint=not_delivered(['performance_pool'])) }}

)

select * from answer
