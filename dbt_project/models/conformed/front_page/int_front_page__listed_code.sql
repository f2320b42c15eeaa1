-- Lists hold prefixes, `prefix+operand` where a rule needs a second code; they meet the distinct codes of the month, not every row.
with scope as (

    select * from {{ source('run', 'scope') }}

),

lists as (

    select
        code_list.list_code,
        split_part(code_list.code, '+', 1) as prefix,
        split_part(code_list.code, '+', 2) as operand
    from {{ source('policy', 'code_list') }} as code_list
    cross join scope
    where code_list.list_code like 'diagnosis.%' and {{ in_force('code_list', 'scope.month_start') }}

),

diagnosis as (

    select distinct
        'diagnosis' as kind,
        diagnosis_code as code
    from {{ ref('stg_emr__diagnosis') }}

),

matched as (

    select
        diagnosis.code,
        lists.list_code,
        lists.prefix,
        lists.operand
    from diagnosis
    inner join lists on {{ begins_with('diagnosis.code', 'lists.prefix') }}

),

listed as (

    select
        diagnoses.stay_id,
        diagnoses.sequence,
        diagnoses.sequence = 1 as is_principal,
        diagnoses.diagnosis_code,
        matched.list_code,
        matched.prefix,
        matched.operand
    from {{ ref('stg_emr__diagnosis') }} as diagnoses
    inner join matched on diagnoses.diagnosis_code = matched.code

)

select * from listed
