-- The year so far as if it were cleared now: bands share what lies between booked by item (A) and earned by points (B).
{% set decisions = {
    'assessment_coefficient': 1, 'low_use_factor': 1, 'violation_deduction': 0, 'clearing_deduction_multiple': 0, 'special_case_payment': 0,
    'quality_deposit_ratio': 0, 'quality_deposit_full_score': 100, 'quality_deposit_score': 'null', 'fund_budget': 'null',
    'special_review_quota_drg': 'null', 'special_review_quota_dip': 'null',
} -%}
with scope as (

    select
        scope.hospital_id,
        scope.month_start,
        extract(year from scope.month_start) as clearing_year,{% for code, missing in decisions.items() %}
        coalesce({{ parameter(code, 'decimal(18,6)', 'scope.month_start') }}, {{ missing }}) as {{ code }},{% endfor %}
        hospitals.region
    from {{ source('run', 'scope') }} as scope
    left join {{ source('policy', 'hospital') }} as hospitals on {{ in_force('hospitals', 'scope.month_start') }}

),

violating as (

    select distinct listed.code as stay_id
    from {{ source('policy', 'code_list') }} as listed
    cross join scope
    where listed.list_code = 'coding_violation' and {{ in_force('listed', 'scope.month_start') }}

),

settled as (

    select * from {{ ref('fct_case_settlement') }}
    union all
    select * from {{ source('history', 'fct_case_settlement') }}

),

summed as (

    select
        settled.month,
        settled.scheme,
        settled.insurance_type,
        settled.point_value,
        count(*) as case_count,
        count(case when settled.multiple_class = 'special_review' then 1 end) as review_count,
        cast(sum(settled.fund_pay_by_item_yuan) as decimal(18, 2)) as booked_yuan,
        cast(sum(settled.fund_pay_yuan) as decimal(18, 2)) as simulated_yuan,
        cast(sum(case when settled.adjusted_score is not null then settled.standard_total_yuan else 0 end) as decimal(18, 2)) as priced_yuan,
        cast(sum(case when violating.stay_id is not null then settled.standard_total_yuan else 0 end) as decimal(18, 2)) as violating_yuan
    from settled
    inner join scope on extract(year from settled.settled_on) = scope.clearing_year
    left join violating on settled.stay_id = violating.stay_id
    where settled.basis = 'simulated' and settled.insurance_type <> 'self_pay' and settled.fund_pay_by_item_yuan is not null
    group by settled.month, settled.scheme, settled.insurance_type, settled.point_value

),

cleared as (

    select
        summed.*,
        clearing.value is not null as is_cleared,
        case when summed.scheme = 'DIP' then scope.special_review_quota_dip else scope.special_review_quota_drg end as review_quota,
        coalesce({{ divide_rounded(
            'cast(summed.priced_yuan as decimal(30, 2)) * cast(clearing.value - summed.point_value as decimal(18, 6))',
            'summed.point_value', 2, 8
        ) }}, 0) as clearing_change_yuan,
        round(cast(summed.simulated_yuan as decimal(30, 2)) * {{ parameter('prepay_ratio', 'decimal(9,6)', 'summed.month') }}, 2) as prepaid_yuan
    from summed
    cross join scope
    left join {{ source('policy', 'point_value') }} as clearing
        on scope.region = clearing.region
        and scope.clearing_year = clearing.year
        and summed.scheme = clearing.scheme
        and summed.insurance_type = clearing.insurance_type
        and clearing.kind = 'clearing'
        and {{ in_force('clearing', 'scope.month_start') }}

),

totals as (

    select
        count(distinct month) as month_count,
        cast(coalesce(sum(case_count), 0) as bigint) as case_count,
        cast(coalesce(sum(review_count), 0) as bigint) as review_count,
        cast(floor(sum(case_count * review_quota)) as bigint) as review_quota_count,
        cast(coalesce(sum(booked_yuan), 0) as decimal(30, 2)) as booked_yuan,
        cast(coalesce(sum(simulated_yuan + clearing_change_yuan), 0) as decimal(30, 2)) as earned_yuan,
        cast(coalesce(sum(prepaid_yuan), 0) as decimal(30, 2)) as prepaid_yuan,
        cast(coalesce(sum(violating_yuan), 0) as decimal(30, 2)) as violating_yuan,
        coalesce(min(case when is_cleared then 1 else 0 end), 0) = 1 as is_cleared
    from cleared

),

edges as (

    select
        bands.share,
        cast(totals.booked_yuan as decimal(30, 6)) as booked_yuan,
        totals.earned_yuan * bands.low as low_yuan,
        totals.earned_yuan * bands.high as high_yuan,
        totals.earned_yuan * greatest(bands.low, 1) as overrun_from_yuan
    from totals
    cross join scope
    inner join {{ source('policy', 'year_end_band') }} as bands
        on scope.region = bands.region and {{ in_force('bands', 'scope.month_start') }}

),

shares as (

    select
        max(case when booked_yuan >= low_yuan and (high_yuan is null or booked_yuan < high_yuan) then share end) as surplus_share,
        sum(greatest(cast(least(booked_yuan, high_yuan) - overrun_from_yuan as decimal(32, 6)), 0) * share) as shared_overrun_yuan
    from edges

),

paid as (

    select
        totals.*, scope.*,
        cast(case
            when totals.booked_yuan > totals.earned_yuan then round(totals.earned_yuan + coalesce(shares.shared_overrun_yuan, 0), 2)
            when shares.surplus_share = 0 then least(round(totals.booked_yuan * scope.low_use_factor, 2), totals.earned_yuan)
            else totals.booked_yuan + round((totals.earned_yuan - totals.booked_yuan) * coalesce(shares.surplus_share, 1), 2)
        end as decimal(30, 2)) as shared_yuan
    from totals
    cross join shares
    cross join scope

),

assessed as (

    select
        *,
        cast(round(shared_yuan * assessment_coefficient, 2) as decimal(30, 2)) as payable_yuan,
        cast(round(violation_deduction + violating_yuan * clearing_deduction_multiple, 2) as decimal(18, 2)) as violation_yuan
    from paid

),

deposited as (

    select
        *,
        cast(round(payable_yuan * quality_deposit_ratio, 2) as decimal(18, 2)) as deposit_yuan
    from assessed

),

returned as (

    select
        *,
        cast(case when quality_deposit_score is null then 0 else {{ divide_rounded(
            'deposit_yuan * least(quality_deposit_score, quality_deposit_full_score)', 'quality_deposit_full_score', 2, 4
        ) }} end as decimal(18, 2)) as returned_yuan
    from deposited

),

published as (

    select
        hospital_id,
        month_start as month,
        month_count, case_count, review_count, review_quota_count, is_cleared,
        cast(booked_yuan as decimal(18, 2)) as booked_yuan,
        cast(earned_yuan as decimal(18, 2)) as earned_yuan,
        cast({{ divide_rounded('booked_yuan', 'earned_yuan', 6, 2) }} as decimal(18, 6)) as usage_ratio,
        cast(greatest(least(shared_yuan, earned_yuan) - booked_yuan, 0) as decimal(18, 2)) as retained_yuan,
        cast(greatest(shared_yuan - earned_yuan, 0) as decimal(18, 2)) as shared_overrun_yuan,
        cast(greatest(booked_yuan - shared_yuan, 0) as decimal(18, 2)) as borne_yuan,
        cast(payable_yuan as decimal(18, 2)) as payable_yuan,
        cast(prepaid_yuan as decimal(18, 2)) as prepaid_yuan,
        violation_yuan, deposit_yuan, returned_yuan,
        cast(special_case_payment as decimal(18, 2)) as special_yuan,
        cast(payable_yuan - violation_yuan - deposit_yuan + returned_yuan - prepaid_yuan + special_case_payment as decimal(18, 2)) as balance_yuan,
        cast(fund_budget as decimal(18, 2)) as fund_budget_yuan,
        cast(fund_budget - earned_yuan as decimal(18, 2)) as budget_left_yuan
    from returned

)

select * from published
