with cases as (

    select * from {{ ref('int_grouping__choose_grouper') }} where scheme = 'DIP'

),

codes as (

    select * from {{ ref('int_grouping__standardise_codes') }}

),

exclusions as (

    select * from {{ source('policy', 'dip_exclusion') }}

),

judged as (

    select
        cases.case_key,
        cases.version,
        cases.discharged_on,
        codes.code_kind,
        codes.role,
        codes.code,
        exclusions.code is not null as is_excluded
    from codes
    inner join cases on codes.case_key = cases.case_key
    left join exclusions
        on codes.role in ('principal_diagnosis', 'main_procedure')
        and codes.code_kind = exclusions.kind
        and codes.code = exclusions.code
        and cases.version = exclusions.version
        and {{ in_force('exclusions', 'cases.discharged_on') }}

),

without_procedures as (

    select case_key from judged where is_excluded and code_kind = 'procedure'

),

kept as (

    select judged.*
    from judged
    left join without_procedures on judged.case_key = without_procedures.case_key
    where judged.code_kind = 'diagnosis' or without_procedures.case_key is null

)

select * from kept
