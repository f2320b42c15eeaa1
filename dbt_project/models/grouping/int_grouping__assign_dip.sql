with cases as (

    select * from {{ ref('int_grouping__choose_grouper') }} where scheme = 'DIP'

),

held as (

    select * from {{ ref('int_grouping__hold_dip_terms') }}

),

codes as (

    select * from {{ ref('int_grouping__apply_dip_exclusions') }}

),

principals as (

    select case_key, code, is_excluded from codes where role = 'principal_diagnosis'

),

pre_groups as (

    select case_key, group_code, alternative
    from held
    where rule_kind = 'pre'
    qualify row_number() over (partition by case_key order by group_code, alternative) = 1

),

core_groups as (

    select * from {{ ref('int_grouping__match_dip_core') }} where place = 1

),

treatments as (

    select
        cases.case_key,
        coalesce(classes.treatment_class, 'conservative') as treatment_class
    from cases
    left join codes as mains on cases.case_key = mains.case_key and mains.role = 'main_procedure'
    left join {{ source('policy', 'dip_treatment_class') }} as classes
        on cases.version = classes.version
        and mains.code = classes.procedure_code
        and {{ in_force('classes', 'cases.discharged_on') }}

),

comprehensive_groups as (

    select cases.case_key, dip_groups.group_code
    from cases
    inner join principals on cases.case_key = principals.case_key
    inner join treatments on cases.case_key = treatments.case_key
    inner join {{ source('policy', 'dip_group') }} as dip_groups
        on dip_groups.kind = 'comprehensive'
        and cases.version = dip_groups.version
        and treatments.treatment_class = dip_groups.treatment_class
        and left(principals.code, length(dip_groups.diagnosis_prefix)) = dip_groups.diagnosis_prefix
        and {{ in_force('dip_groups', 'cases.discharged_on') }}
    qualify row_number() over (
        partition by cases.case_key order by length(dip_groups.diagnosis_prefix) desc, dip_groups.group_code
    ) = 1

),

assigned as (

    select
        cases.case_key,
        case
            when principals.case_key is null or principals.is_excluded then null
            else coalesce(pre_groups.group_code, core_groups.group_code, comprehensive_groups.group_code)
        end as group_code,
        case
            when principals.is_excluded then 'excluded'
            when principals.case_key is null then 'ungrouped'
            when coalesce(pre_groups.group_code, core_groups.group_code, comprehensive_groups.group_code) is null then 'ungrouped'
            else 'grouped'
        end as status,
        case
            when principals.is_excluded then 'excluded_diagnosis'
            when principals.case_key is null then 'no_principal_diagnosis'
            when coalesce(pre_groups.group_code, core_groups.group_code, comprehensive_groups.group_code) is null then 'no_rule_holds'
        end as status_reason,
        case
            when principals.case_key is null or principals.is_excluded then null
            when pre_groups.case_key is not null then 'pre:' || pre_groups.group_code || '.' || cast(pre_groups.alternative as varchar(10))
            when core_groups.case_key is not null then core_groups.kind || ':' || core_groups.group_code
            when comprehensive_groups.case_key is not null then 'comprehensive:' || comprehensive_groups.group_code
        end as deciding_rule
    from cases
    left join principals on cases.case_key = principals.case_key
    left join pre_groups on cases.case_key = pre_groups.case_key
    left join core_groups on cases.case_key = core_groups.case_key
    left join comprehensive_groups on cases.case_key = comprehensive_groups.case_key

),

coefficients as (

    select
        assigned.case_key,
        max(held.coefficient) as aux_coefficient
    from assigned
    inner join held
        on assigned.case_key = held.case_key
        and held.rule_kind = 'auxiliary'
        and held.group_code in ('*', assigned.group_code)
    where assigned.group_code is not null
    group by assigned.case_key

),

adjusted as (

    select
        assigned.*,
        case when assigned.group_code is not null then cast(coalesce(coefficients.aux_coefficient, 1) as decimal(9, 6)) end as aux_coefficient
    from assigned
    left join coefficients on assigned.case_key = coefficients.case_key

)

select * from adjusted
