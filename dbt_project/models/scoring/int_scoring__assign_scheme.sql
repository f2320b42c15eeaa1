-- No approved pool, no bonus: the department list is empty and every mart of the area with it.
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

departments as (

    select
        dept_id,
        dept_key,
        dept_class
    from {{ ref('int_conformed__department') }}
    where exists (select 1 from {{ ref('stg_performance__pool') }})

),

schemes as (

    select
        schemes.dept_class,
        schemes.dept_id,
        schemes.scheme_code
    from {{ source('policy', 'bonus_scheme') }} as schemes
    inner join decisions
        on {{ in_force('schemes', 'decisions.month') }}

),

assigned as (

    select
        departments.dept_id,
        departments.dept_key,
        departments.dept_class,
        case departments.dept_class when 'clinical' then 'outpatient' else 'none' end as charged_setting,
        coalesce(named.scheme_code, classed.scheme_code) as scheme_code
    from departments
    left join schemes as named
        on departments.dept_id = named.dept_id
    left join schemes as classed
        on
            departments.dept_class = classed.dept_class
            and nullif(classed.dept_id, '') is null

),

classified as (

    select
        *,
        dept_class in ('clinical', 'medical_technology') and coalesce(scheme_code, 'standard') in ('standard', 'workload_quality') as is_earning,
        coalesce(scheme_code, 'standard') = 'workload_quality' as earns_inpatient_points,
        coalesce(scheme_code, 'standard') in ('standard', 'administrative') as has_case_income,
        coalesce(scheme_code, 'standard') in ('standard', 'administrative', 'workload_quality') as bears_case_cost
    from assigned

)

select * from classified
