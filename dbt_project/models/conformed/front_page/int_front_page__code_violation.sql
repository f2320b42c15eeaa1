-- Judged only against a dictionary the policy holds; a code the crosswalk translates is known too.
with scope as (

    select * from {{ source('run', 'scope') }}

),

dictionary as (

    select code_list.list_code, code_list.code
    from {{ source('policy', 'code_list') }} as code_list
    cross join scope
    where code_list.list_code in ('dictionary.diagnosis', 'dictionary.procedure') and {{ in_force('code_list', 'scope.month_start') }}

),

known as (

    select list_code, code from dictionary
    union
    select 'dictionary.diagnosis' as list_code, crosswalk.local_code as code
    from {{ source('policy', 'crosswalk_diagnosis') }} as crosswalk
    union
    select 'dictionary.procedure' as list_code, crosswalk.local_code as code
    from {{ source('policy', 'crosswalk_procedure') }} as crosswalk

),

used as (

    select stay_id, 'dictionary.diagnosis' as list_code, diagnosis_code as code from {{ ref('stg_emr__diagnosis') }}
    union all
    select stay_id, 'dictionary.procedure' as list_code, procedure_code as code from {{ ref('stg_emr__procedure') }}

),

unknown as (

    select used.stay_id
    from used
    inner join (select distinct list_code from dictionary) as held on used.list_code = held.list_code
    left join known on used.list_code = known.list_code and used.code = known.code
    where known.code is null

),

violations as (

    {{ breaks('FP-34', 'unknown', 'true') }}

)

select * from violations
