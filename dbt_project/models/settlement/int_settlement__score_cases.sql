-- Most cases have the usual price of their group. For those priced by their own fee or class
-- points = usual points × coefficient_inside × counted_yuan / reference_yuan, kept as exact factors until the money is rounded;
-- the factors of all others are null.
-- r = billed fee / mean fee, k = high multiple, c = coefficient.
with cases as (

    select
        *,
        formula = usual_formula and formula in ('base', 'points', 'rate') and rule_cap is null as is_usual,
        case when scheme = 'DIP' or formula = 'rate' then 1 else coefficient end as coefficient_in_formula
    from {{ ref('int_settlement__classify_cases') }}

),

referred as (

    select
        *,
        case
            when not is_usual and formula not in ('ungrouped', 'by_item', 'per_diem', 'unpaid') then coalesce(mean_fee_yuan, 1)
        end as reference_yuan
    from cases

),

counted as (

    select
        *,
        cast(case
            when reference_yuan is null then null
            when formula in ('excess_on_base', 'ratio') then 1
            else coefficient_in_formula
        end as decimal(9, 6)) as coefficient_inside,
        cast(case
            when reference_yuan is null then null
            when formula = 'excess_on_base'
                then coefficient_in_formula * reference_yuan + billed_fee_yuan - high_multiple * reference_yuan
            when formula = 'excess_times_coefficient' then reference_yuan + billed_fee_yuan - high_multiple * reference_yuan
            when formula in ('ratio', 'ratio_times_coefficient') and mean_fee_yuan is not null then greatest(billed_fee_yuan, 0)
            when formula = 'base_times_factor' then rule_factor * reference_yuan
            else reference_yuan
        end as decimal(24, 8)) as counted_yuan
    from referred

),

compared as (

    select
        *,
        rule_cap is not null and coefficient_inside * counted_yuan > rule_cap * reference_yuan as is_capped
    from counted

),

capped as (

    select
        * exclude (coefficient_inside, counted_yuan, reference_yuan),
        case when is_capped then cast(1 as decimal(9, 6)) else coefficient_inside end as coefficient_inside,
        coefficient_in_formula = 1 or (coefficient_inside <> 1 and not is_capped) as has_coefficient,
        case when is_capped then cast(rule_cap * reference_yuan as decimal(24, 8)) else counted_yuan end as counted_yuan,
        cast(reference_yuan as decimal(18, 2)) as reference_yuan
    from compared

)

select * from capped
