-- The year so far as if it were cleared now: bands share what lies between booked by item (A) and earned by points (B).
with scope as (

    select
        scope.hospital_id,
        scope.month_start,
        extract(year from scope.month_start) as clearing_year,
        hospitals.region,
        {{ parameter('assessment_coefficient', 'decimal(9,6)', 'scope.month_start') }} as assessment_coefficient,
        {{ parameter('fund_budget', 'decimal(18,2)', 'scope.month_start') }} as fund_budget_yuan,
        coalesce({{ parameter('violation_deduction', 'decimal(18,2)', 'scope.month_start') }}, 0) as violation_yuan,
        coalesce({{ parameter('special_case_payment', 'decimal(18,2)', 'scope.month_start') }}, 0) as special_yuan
    from {{ source('run', 'scope') }} as scope
    left join {{ source('policy', 'hospital') }} as hospitals on {{ in_force('hospitals', 'scope.month_start') }}

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
        cast(sum(settled.fund_pay_by_item_yuan) as decimal(18, 2)) as booked_yuan,
        cast(sum(settled.fund_pay_yuan) as decimal(18, 2)) as simulated_yuan,
        cast(sum(case when settled.adjusted_score is not null then settled.standard_total_yuan else 0 end) as decimal(18, 2)) as priced_yuan
    from settled
    inner join scope on extract(year from settled.settled_on) = scope.clearing_year
    where settled.basis = 'simulated' and settled.insurance_type <> 'self_pay' and settled.fund_pay_by_item_yuan is not null
    group by settled.month, settled.scheme, settled.insurance_type, settled.point_value

),

cleared as (

    select
        summed.*,
        clearing.value is not null as is_cleared,
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
        cast(coalesce(sum(booked_yuan), 0) as decimal(18, 2)) as booked_yuan,
        cast(coalesce(sum(simulated_yuan + clearing_change_yuan), 0) as decimal(18, 2)) as earned_yuan,
        cast(coalesce(sum(prepaid_yuan), 0) as decimal(18, 2)) as prepaid_yuan,
        coalesce(min(case when is_cleared then 1 else 0 end), 0) = 1 as is_cleared
    from cleared

),

edges as (

    select
        bands.share,
        cast(totals.booked_yuan as decimal(30, 6)) as booked_yuan,
        cast(totals.earned_yuan as decimal(30, 2)) * bands.low as low_yuan,
        cast(totals.earned_yuan as decimal(30, 2)) * bands.high as high_yuan,
        cast(totals.earned_yuan as decimal(30, 2)) * greatest(bands.low, 1) as overrun_from_yuan
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
        totals.*,
        cast(round(case
            when totals.booked_yuan > totals.earned_yuan then totals.earned_yuan + coalesce(shares.shared_overrun_yuan, 0)
            else
                totals.booked_yuan
                + cast(totals.earned_yuan - totals.booked_yuan as decimal(30, 2)) * coalesce(shares.surplus_share, 1)
        end, 2) as decimal(18, 2)) as shared_yuan
    from totals
    cross join shares

),

assessed as (

    select
        paid.*,
        cast(round(cast(paid.shared_yuan as decimal(30, 2)) * scope.assessment_coefficient, 2) as decimal(18, 2)) as payable_yuan
    from paid
    cross join scope

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        paid.month_count,
        paid.case_count,
        paid.is_cleared,
        paid.booked_yuan,
        paid.earned_yuan,
        cast({{ divide_rounded('paid.booked_yuan', 'paid.earned_yuan', 6, 2) }} as decimal(18, 6)) as usage_ratio,
        cast(greatest(least(paid.shared_yuan, paid.earned_yuan) - paid.booked_yuan, 0) as decimal(18, 2)) as retained_yuan,
        cast(greatest(paid.shared_yuan - paid.earned_yuan, 0) as decimal(18, 2)) as shared_overrun_yuan,
        cast(greatest(paid.booked_yuan - paid.shared_yuan, 0) as decimal(18, 2)) as borne_yuan,
        paid.payable_yuan,
        paid.prepaid_yuan,
        cast(scope.violation_yuan as decimal(18, 2)) as violation_yuan,
        cast(scope.special_yuan as decimal(18, 2)) as special_yuan,
        cast(paid.payable_yuan - scope.violation_yuan - paid.prepaid_yuan + scope.special_yuan as decimal(18, 2)) as balance_yuan,
        scope.fund_budget_yuan,
        cast(scope.fund_budget_yuan - paid.earned_yuan as decimal(18, 2)) as budget_left_yuan
    from assessed as paid
    cross join scope

)

select * from published
