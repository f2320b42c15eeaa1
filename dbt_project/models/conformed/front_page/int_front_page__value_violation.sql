with scope as (

    select * from {{ source('run', 'scope') }}

),

coded_values as (

    select stay_id, 'RC001' as list_code, sex as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC026' as list_code, admission_route as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC019' as list_code, discharge_way as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC028' as list_code, readmission_plan_31d as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC030' as list_code, blood_type as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC037' as list_code, allergy as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC011' as list_code, quality_grade as code from {{ ref('stg_emr__front_page') }}
    union all
    select stay_id, 'RC027' as list_code, admission_condition as code from {{ ref('stg_emr__diagnosis') }}
    union all
    select stay_id, 'RC029' as list_code, procedure_level as code from {{ ref('stg_emr__procedure') }}
    union all
    select stay_id, 'RC013' as list_code, anesthesia_code as code from {{ ref('stg_emr__procedure') }}
    union all
    select stay_id, 'RC014' as list_code, incision_healing_code as code from {{ ref('stg_emr__procedure') }}

),

lists as (

    select
        code_list.list_code,
        code_list.code
    from {{ source('policy', 'code_list') }} as code_list
    cross join scope
    where {{ in_force('code_list', 'scope.month_start') }}

),

-- A field whose list the policy does not hold is not judged.
judged_values as (

    select coded_values.*
    from coded_values
    inner join (select distinct list_code from lists) as held on coded_values.list_code = held.list_code
    where coded_values.code is not null

),

unlisted as (

    select distinct
        judged_values.stay_id,
        'FP-03' as gate_id
    from judged_values
    left join lists on judged_values.list_code = lists.list_code and judged_values.code = lists.code
    where lists.code is null

)

select * from unlisted
