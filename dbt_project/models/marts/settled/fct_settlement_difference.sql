-- From the simulation to the statement in five steps; what group, coefficient, deduction and rejection leave is the point value's.
with scope as (

    select * from {{ source('run', 'scope') }}

),

simulated as (

    select
        stay_id,
        discharge_month,
        group_code,
        adjusted_score,
        coefficient,
        standard_total_yuan
    from {{ ref('int_settlement__recall_cases') }}
    union all
    select
        stay_id,
        max(discharge_month) as discharge_month,
        null as group_code,
        null as adjusted_score,
        null as coefficient,
        cast(sum(simulated_yuan) as decimal(18, 2)) as standard_total_yuan
    from {{ ref('int_settlement__recall_openings') }}
    group by stay_id

),

compared as (

    select
        statements.*,
        simulated.discharge_month,
        simulated.standard_total_yuan as simulated_yuan,
        simulated.coefficient as simulated_coefficient,
        simulated.group_code as simulated_group_code,
        coalesce(simulated.group_code <> statements.group_code, false) as is_regrouped,
        {{ divide_rounded('simulated.standard_total_yuan * statements.adjusted_score', 'simulated.adjusted_score', 2) }} as rescored_yuan
    from {{ ref('int_settlement__read_statements') }} as statements
    inner join simulated on statements.stay_id = simulated.stay_id

),

regrouped as (

    select
        compared.*,
        case when is_regrouped then coalesce(rescored_yuan, stated_total_yuan) else simulated_yuan end as after_group_yuan
    from compared

),

adjusted as (

    select
        regrouped.*,
        coalesce(
            {{ divide_rounded('cast(after_group_yuan as decimal(18, 2)) * coefficient', 'simulated_coefficient', 2, 8) }},
            after_group_yuan
        ) as after_coefficient_yuan
    from regrouped

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        adjusted.stay_id,
        adjusted.discharge_month,
        adjusted.simulated_group_code,
        adjusted.group_code,
        cast(adjusted.simulated_yuan as decimal(18, 2)) as simulated_yuan,
        cast(adjusted.after_group_yuan - adjusted.simulated_yuan as decimal(18, 2)) as regrouped_yuan,
        cast(adjusted.after_coefficient_yuan - adjusted.after_group_yuan as decimal(18, 2)) as coefficient_yuan,
        cast(adjusted.stated_total_yuan - adjusted.after_coefficient_yuan as decimal(18, 2)) as point_value_yuan,
        cast(-adjusted.deduction_yuan as decimal(18, 2)) as deduction_yuan,
        cast(-adjusted.rejected_yuan as decimal(18, 2)) as rejected_yuan,
        cast(adjusted.standard_total_yuan as decimal(18, 2)) as actual_yuan
    from adjusted
    cross join scope

)

select * from published
