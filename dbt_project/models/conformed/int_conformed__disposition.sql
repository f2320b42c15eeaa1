with dispositions as (

    select 0 as disposition_code, true as is_used, 'used' as disposition, '计入' as disposition_zh
    union all
    select 1, true, 'used, reversal of a prior period', '计入（冲销以前月份）'
    union all
    select 2, false, 'suspense: encounter unknown', '待处理：诊次不明'
    union all
    select 3, false, 'suspense: item unknown', '待处理：项目不明'
    union all
    select 4, false, 'suspense: department unknown', '待处理：科室不明'
    union all
    select 5, true, 'used, prior period', '计入（迟到记录，属以前月份）'

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
