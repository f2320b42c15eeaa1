-- Stays known only as an opening balance match, but their group was never published.
with known as (

    select stay_id, group_code, true as has_group from {{ ref('int_settlement__recall_cases') }}
    union all
    select stay_id, group_code, true as has_group from {{ ref('int_settlement__gather_cases') }} where not is_late
    union all
    select distinct stay_id, cast(null as varchar) as group_code, false as has_group
    from {{ ref('int_settlement__recall_openings') }}

),

matched as (

    select
        statements.stay_id,
        known.stay_id is not null as is_matched,
        case when known.has_group then coalesce(known.group_code = statements.group_code, false) end as is_agreed
    from {{ ref('int_settlement__read_statements') }} as statements
    left join known on statements.stay_id = known.stay_id

),

findings as (

    select stay_id || case when is_matched then ' 病组不一致' else ' 无此病例' end as sample_key
    from matched
    where not is_matched or not is_agreed

),

checked as (

    select
        count(*) as checked_rows,
        {{ divide_rounded(
            'count(case when is_matched and coalesce(is_agreed, true) then 1 end)', 'count(*)', 6, 0
        ) }} as agreement_ratio
    from matched

),

answer as (

    {{ gate_row(
        'SETL-08', figure='coalesce(checked.agreement_ratio, 1)',
        hint="coalesce(" ~ not_delivered(['insurer_case_settlement'])
            ~ ", case when checked.checked_rows = 0 then 'too_early:insurer_case_settlement' end)"
    ) }}

)

select * from answer
