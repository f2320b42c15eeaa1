with dispositions as (

    select 0 as disposition_code, true as is_used, 'used' as disposition, '计入' as disposition_zh
    union all
    select 1, true, 'used, prior period', '计入（属以前月份：冲销或迟到）'
    union all
    select 2, false, 'suspense: encounter unknown', '待处理：诊次不明'
    union all
    select 3, false, 'suspense: item unknown', '待处理：项目不明'
    union all
    select 4, false, 'suspense: department unknown', '待处理：科室不明'

),

typed as (

    select
        cast(disposition_code as tinyint) as disposition_code,
        is_used,
        disposition,
        disposition_zh
    from dispositions

)

select * from typed
