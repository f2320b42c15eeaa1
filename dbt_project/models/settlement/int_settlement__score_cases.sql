-- points = base × coefficient_inside × counted_yuan / reference_yuan, kept as exact factors until the money is rounded.
-- r = billed fee / mean fee, k = high multiple, c = coefficient.
with cases as (

    select
        *,
        cast(base * points_per_weight as decimal(18, 4)) as points_base,
        coalesce(mean_fee_yuan, 1) as reference_yuan,
        case when scheme = 'DIP' or formula = 'rate' then 1 else coefficient end as coefficient_in_formula
    from {{ ref('int_settlement__classify_cases') }}

),

counted as (

    select
        *,
        cast(case
            when formula in ('points', 'base', 'excess_times_coefficient', 'ratio_times_coefficient', 'base_times_factor')
                then coefficient_in_formula
            else 1
        end as decimal(9, 6)) as coefficient_inside,
        cast(case
            when formula = 'excess_on_base'
                then coefficient_in_formula * reference_yuan + billed_fee_yuan - high_multiple * reference_yuan
            when formula = 'excess_times_coefficient'
                then reference_yuan + billed_fee_yuan - high_multiple * reference_yuan
            when formula in ('ratio', 'ratio_times_coefficient') and mean_fee_yuan is not null
                then greatest(billed_fee_yuan, 0)
            when formula = 'base_times_factor' then rule_factor * reference_yuan
            else reference_yuan
        end as decimal(24, 8)) as counted_yuan
    from cases

),

capped as (

    select
        * exclude (coefficient_inside, counted_yuan, reference_yuan),
        cast(case when coefficient_in_formula = 1 then coefficient else 1 end as decimal(9, 6)) as coefficient_outside,
        cast(case when coefficient_inside * counted_yuan > rule_cap * reference_yuan then 1 else coefficient_inside end as decimal(9, 6)) as coefficient_inside,
        case
            when coefficient_inside * counted_yuan > rule_cap * reference_yuan then cast(rule_cap * reference_yuan as decimal(24, 8))
            else counted_yuan
        end as counted_yuan,
        cast(reference_yuan as decimal(18, 2)) as reference_yuan
    from counted

)

select * from capped
