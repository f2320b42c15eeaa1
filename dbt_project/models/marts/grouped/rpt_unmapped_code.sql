with scope as (

    select * from {{ source('run', 'scope') }}

),

codes as (

    select * from {{ ref('int_grouping__standardise_codes') }} where not is_known

),

counted as (

    select
        scope.hospital_id,
        scope.month_start as month,
        codes.code_kind,
        codes.delivered_code,
        codes.code as standard_code,
        count(distinct codes.case_key) as case_count,
        count(distinct codes.case_key) filter (where codes.sequence = 1) as first_case_count
    from codes
    cross join scope
    group by scope.hospital_id, scope.month_start, codes.code_kind, codes.delivered_code, codes.code

)

select * from counted
