with scope as (

    select * from {{ source('run', 'scope') }}

),

lines as (

    select
        *,
        case when is_rejected then 0 else standard_total - deduction end as standard_total_yuan,
        case when is_rejected then 0 else fund_pay - deduction end as fund_pay_yuan,
        row_number() over (partition by stay_id order by settled_on desc, settlement_id desc) as recency
    from {{ ref('stg_insurer__case_settlement') }}

),

statements as (

    select
        stay_id,
        max(settled_on) as settled_on,
        max(case when recency = 1 then insurance_type end) as insurance_type,
        max(case when recency = 1 then group_code end) as group_code,
        max(case when recency = 1 then coefficient end) as coefficient,
        max(case when recency = 1 then point_value end) as point_value,
        cast(sum(score) as decimal(18, 4)) as adjusted_score,
        cast(sum(billed_fee) as decimal(18, 2)) as billed_fee_yuan,
        cast(sum(standard_total) as decimal(18, 2)) as stated_total_yuan,
        cast(sum(case when is_rejected then 0 else deduction end) as decimal(18, 2)) as deduction_yuan,
        cast(sum(case when is_rejected then standard_total else 0 end) as decimal(18, 2)) as rejected_yuan,
        cast(sum(standard_total_yuan) as decimal(18, 2)) as standard_total_yuan,
        cast(sum(fund_pay_by_item) as decimal(18, 2)) as fund_pay_by_item_yuan,
        cast(sum(fund_pay_yuan) as decimal(18, 2)) as fund_pay_yuan
    from lines
    group by stay_id

),

referenced as (

    select
        statements.*,
        hospitals.region,
        hospitals.scheme,
        hospitals.grouper_version as version,
        payments.mean_fee as group_mean_fee_yuan,
        payments.group_code is not null as has_payment,
        {{ parameter('reference_score', 'decimal(18,4)', 'statements.settled_on') }} as reference_score,
        payments.weight,
        payments.score
    from statements
    left join {{ source('policy', 'hospital') }} as hospitals on {{ in_force('hospitals', 'statements.settled_on') }}
    left join {{ source('policy', 'group_payment') }} as payments
        on hospitals.scheme = payments.scheme
        and hospitals.grouper_version = payments.version
        and hospitals.level = payments.hospital_level
        and statements.group_code = payments.group_code
        and {{ in_force('payments', 'statements.settled_on') }}

),

banded as (

    select
        referenced.*,
        bands.high_multiple,
        bands.low_multiple,
        row_number() over (partition by referenced.stay_id order by bands.region desc nulls last) as place
    from referenced
    left join {{ source('policy', 'payment_band') }} as bands
        on bands.region in (referenced.region, '*')
        and referenced.scheme = bands.scheme
        and coalesce(referenced.weight * referenced.reference_score, referenced.score) > bands.rw_low * referenced.reference_score
        and (
            bands.rw_high is null
            or coalesce(referenced.weight * referenced.reference_score, referenced.score) <= bands.rw_high * referenced.reference_score
        )
        and {{ in_force('bands', 'referenced.settled_on') }}

),

classified as (

    select
        banded.*,
        scope.month_start as statement_month,
        {{ fee_multiple('billed_fee_yuan', 'group_mean_fee_yuan') }} as multiple,
        case
            when not has_payment then 'ungrouped'
            when billed_fee_yuan > high_multiple * group_mean_fee_yuan then 'high'
            when billed_fee_yuan < low_multiple * group_mean_fee_yuan then 'low'
            else 'normal'
        end as multiple_class
    from banded
    cross join scope
    where place = 1

)

select * from classified
