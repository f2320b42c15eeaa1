with codes as (

    select * from {{ ref('int_grouping__standardise_codes') }}

),

cases as (

    select
        chosen.case_key,
        chosen.pack_key,
        chosen.age_years,
        chosen.age_days,
        chosen.birth_weight_g,
        chosen.sex,
        chosen.length_of_stay_days,
        chosen.discharge_way,
        principals.code as principal_diagnosis,
        principals.code_key as principal_code_key,
        principals.is_known as is_principal_known,
        mains.code_key as main_code_key
    from {{ ref('int_grouping__choose_grouper') }} as chosen
    left join codes as principals on chosen.case_key = principals.case_key and principals.role = 'principal_diagnosis'
    left join codes as mains on chosen.case_key = mains.case_key and mains.role = 'main_procedure'
    where chosen.pack_key is not null

),

other_codes as (

    select case_key, code_key
    from codes
    where role in ('other_diagnosis', 'other_procedure') and code_key is not null

),

paths as (

    select * from {{ source('pack', 'pack_path') }}

),

found as (

    {{ assign_drg('cases', 'other_codes') }}

),

assigned as (

    select
        found.case_key,
        found.pack_key,
        paths.mdc_code,
        paths.adrg_code,
        coalesce(paths.drg_code, '0000') as drg_code,
        {{ drg_status('paths') }} as status,
        case
            when cases.principal_diagnosis is null then 'no_principal_diagnosis'
            when paths.kind = 'ambiguous' then 'ambiguous'
            when paths.drg_code <> '0000' then null
            when not cases.is_principal_known then 'code_unknown'
            when cases.sex not in (1, 2) then 'sex_invalid'
            else 'no_rule_holds'
        end as status_reason,
        found.complication,
        paths.rule as deciding_rule
    from found
    inner join cases on found.case_key = cases.case_key
    left join paths on found.pack_key = paths.pack_key and found.path_no = paths.path_no

)

select * from assigned
