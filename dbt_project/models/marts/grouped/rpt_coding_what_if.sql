with chosen as (

    select * from {{ ref('int_grouping__choose_grouper') }} where pack_key is not null

),

codes as (

    select * from {{ ref('int_grouping__standardise_codes') }}

),

published as (

    select * from {{ ref('fct_case') }} where status <> 'excluded'

),

meanings as (

    select * from {{ source('pack', 'pack_code') }}

),

diagnoses as (

    select
        codes.case_key,
        codes.sequence,
        codes.code,
        as_principal.code_key as principal_code_key,
        as_other.code_key as other_code_key
    from codes
    inner join chosen on codes.case_key = chosen.case_key
    left join meanings as as_principal
        on chosen.pack_key = as_principal.pack_key and codes.code = as_principal.code and as_principal.role = 'principal_diagnosis'
    left join meanings as as_other
        on chosen.pack_key = as_other.pack_key and codes.code = as_other.code and as_other.role = 'other_diagnosis'
    where codes.code_kind = 'diagnosis'

),

swaps as (

    select
        row_number() over (order by others.case_key, others.sequence) as swap_key,
        others.case_key,
        others.sequence,
        principals.code as principal_code,
        others.code as swapped_code,
        others.principal_code_key
    from diagnoses as others
    inner join diagnoses as principals on others.case_key = principals.case_key and principals.sequence = 1
    where others.sequence > 1 and others.code <> principals.code

),

swapped_cases as (

    select
        swaps.swap_key as case_key,
        chosen.pack_key,
        swaps.principal_code_key,
        mains.code_key as main_code_key,
        chosen.age_years,
        chosen.age_days,
        chosen.birth_weight_g,
        chosen.sex,
        chosen.length_of_stay_days,
        chosen.discharge_way
    from swaps
    inner join chosen on swaps.case_key = chosen.case_key
    left join codes as mains on swaps.case_key = mains.case_key and mains.role = 'main_procedure'

),

swapped_codes as (

    select swaps.swap_key as case_key, diagnoses.other_code_key as code_key
    from swaps
    inner join diagnoses on swaps.case_key = diagnoses.case_key and swaps.sequence <> diagnoses.sequence
    where diagnoses.other_code_key is not null
    union all
    select swaps.swap_key as case_key, codes.code_key
    from swaps
    inner join codes on swaps.case_key = codes.case_key
    where codes.role = 'other_procedure' and codes.code_key is not null

),

found as (

    {{ assign_drg('swapped_cases', 'swapped_codes') }}

),

weighed as (

    select
        published.hospital_id,
        published.month,
        published.stay_id,
        swaps.sequence,
        published.dept_id,
        published.doctor_id,
        swaps.principal_code,
        swaps.swapped_code,
        published.group_code,
        paths.drg_code as swapped_group_code,
        published.weight,
        payments.weight as swapped_weight,
        cast(payments.weight - published.weight as decimal(18, 4)) as weight_change
    from found
    inner join swaps on found.case_key = swaps.swap_key
    inner join chosen on swaps.case_key = chosen.case_key
    inner join published on chosen.stay_id = published.stay_id
    inner join {{ source('pack', 'pack_path') }} as paths on found.pack_key = paths.pack_key and found.path_no = paths.path_no
    left join {{ source('policy', 'group_payment') }} as payments
        on chosen.scheme = payments.scheme
        and chosen.version = payments.version
        and paths.drg_code = payments.group_code
        and chosen.hospital_level = payments.hospital_level
        and {{ in_force('payments', 'chosen.discharged_on') }}
    where paths.drg_code <> '0000' and paths.kind <> 'ambiguous' and paths.drg_code <> published.group_code

)

select * from weighed
