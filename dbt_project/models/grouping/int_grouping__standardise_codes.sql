with cases as (

    select * from {{ ref('int_grouping__choose_grouper') }}

),

delivered as (

    select
        stay_id,
        'diagnosis' as code_kind,
        sequence,
        case when sequence = 1 then 'principal_diagnosis' else 'other_diagnosis' end as role,
        diagnosis_code as code
    from {{ ref('stg_emr__diagnosis') }}
    union all
    select
        stay_id,
        'procedure' as code_kind,
        sequence,
        case when sequence = 1 then 'main_procedure' else 'other_procedure' end as role,
        procedure_code as code
    from {{ ref('stg_emr__procedure') }}

),

crosswalk as (

    select 'diagnosis' as code_kind, local_code, standard_code, valid_from, valid_to
    from {{ source('policy', 'crosswalk_diagnosis') }}
    union all
    select 'procedure' as code_kind, local_code, standard_code, valid_from, valid_to
    from {{ source('policy', 'crosswalk_procedure') }}

),

meanings as (

    select * from {{ source('pack', 'pack_code') }}

),

known as (

    select distinct
        pack_key,
        case when role in ('principal_diagnosis', 'other_diagnosis') then 'diagnosis' else 'procedure' end as code_kind,
        code
    from meanings

),

translated as (

    select
        cases.case_key,
        cases.pack_key,
        delivered.code_kind,
        delivered.sequence,
        delivered.role,
        delivered.code as delivered_code,
        case when known.code is null then coalesce(crosswalk.standard_code, delivered.code) else delivered.code end as code
    from delivered
    inner join cases on delivered.stay_id = cases.stay_id
    left join known
        on cases.pack_key = known.pack_key
        and delivered.code_kind = known.code_kind
        and delivered.code = known.code
    left join crosswalk
        on delivered.code_kind = crosswalk.code_kind
        and delivered.code = crosswalk.local_code
        and {{ in_force('crosswalk', 'cases.discharged_on') }}

),

checked as (

    select
        translated.case_key,
        translated.code_kind,
        translated.sequence,
        translated.role,
        translated.delivered_code,
        translated.code,
        meanings.code_key,
        case when translated.pack_key is not null then known.code is not null end as is_known
    from translated
    left join meanings
        on translated.pack_key = meanings.pack_key
        and translated.role = meanings.role
        and translated.code = meanings.code
    left join known
        on translated.pack_key = known.pack_key
        and translated.code_kind = known.code_kind
        and translated.code = known.code

)

select * from checked
