-- What a department decides itself: the own items it ordered, and the part of its remaining direct cost that the chart of
-- accounts calls controllable. The target allows so much for 100 yuan of income.
with scope as (

    select * from {{ source('run', 'scope') }}

),

controllable_ledger as (

    select
        dept_id,
        cost_category,
        cost_level,
        amount_yuan,
        controllable_yuan
    from {{ ref('int_costing__department_ledger') }}

),

direct_cost as (

    select
        dept_id,
        cost_category,
        cost_level,
        is_own_item,
        cast(sum(amount_yuan) as decimal(38, 2)) as amount_yuan
    from {{ ref('int_costing__direct_cost') }}
    where cost_level <= {{ parameter('bonus_cost_level') }}
    group by dept_id, cost_category, cost_level, is_own_item

),

parts as (

    select
        direct_cost.dept_id,
        direct_cost.amount_yuan as direct_yuan,
        case
            when direct_cost.is_own_item then direct_cost.amount_yuan
            else coalesce({{ divide_rounded(
                'cast(direct_cost.amount_yuan * controllable_ledger.controllable_yuan as decimal(38, 4))', 'controllable_ledger.amount_yuan', 2
            ) }}, 0)
        end as controllable_yuan
    from direct_cost
    left join controllable_ledger
        on direct_cost.dept_id = controllable_ledger.dept_id
        and direct_cost.cost_category = controllable_ledger.cost_category
        and direct_cost.cost_level = controllable_ledger.cost_level

),

costs as (

    select dept_id, sum(direct_yuan) as direct_yuan, sum(controllable_yuan) as controllable_yuan
    from parts
    group by dept_id

),

departments as (

    select dept_id, dept_class, discipline_class, strategy_class from {{ ref('int_conformed__department') }}

),

-- Clinical departments earn what they order, the others what they do.
incomes as (

    select departments.dept_id, sum(volumes.amount_yuan) as income_yuan
    from {{ ref('int_costing__charge_volume') }} as volumes
    inner join departments
        on departments.dept_id = case when departments.dept_class = 'clinical' then volumes.ordering_dept_id else volumes.executing_dept_id end
    where volumes.is_used
    group by departments.dept_id

),

targets as (

    select
        departments.dept_id,
        target.target,
        row_number() over (
            partition by departments.dept_id
            order by
                case when target.dept_id is null then 1 else 0 end,
                case when target.strategy_class is null then 1 else 0 end,
                case when target.discipline_class is null then 1 else 0 end
        ) as preference
    from departments
    cross join scope
    inner join {{ source('policy', 'indicator_target') }} as target
        on target.indicator_code = 'controllable_cost_rate'
        and target.staff_id is null
        and coalesce(target.dept_id, departments.dept_id) = departments.dept_id
        and coalesce(target.discipline_class, departments.discipline_class, '') = coalesce(departments.discipline_class, '')
        and coalesce(target.strategy_class, departments.strategy_class, '') = coalesce(departments.strategy_class, '')
        and {{ in_force('target', 'scope.month_start') }}

),

compared as (

    select
        departments.dept_id,
        coalesce(costs.direct_yuan, 0) as direct_yuan,
        coalesce(costs.controllable_yuan, 0) as controllable_yuan,
        coalesce(incomes.income_yuan, 0) as income_yuan,
        targets.target,
        cast({{ divide_rounded(
            'cast(coalesce(incomes.income_yuan, 0) as decimal(20, 2)) * cast(targets.target as decimal(18, 6))',
            'cast(100 as decimal(18, 0))', 2, 8
        ) }} as decimal(18, 2)) as allowed_yuan
    from departments
    left join costs on departments.dept_id = costs.dept_id
    left join incomes on departments.dept_id = incomes.dept_id
    left join targets on departments.dept_id = targets.dept_id and targets.preference = 1

),

-- Without a target there is neither overrun nor saving.
judged as (

    select
        *,
        cast(case when controllable_yuan > allowed_yuan then controllable_yuan - allowed_yuan else allowed_yuan * 0 end as decimal(18, 2)) as overrun_yuan,
        cast(case when controllable_yuan < allowed_yuan then allowed_yuan - controllable_yuan else allowed_yuan * 0 end as decimal(18, 2)) as saving_yuan
    from compared

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        judged.dept_id,
        cast(judged.income_yuan as decimal(18, 2)) as income_yuan,
        cast(judged.direct_yuan as decimal(18, 2)) as direct_cost_yuan,
        cast(judged.controllable_yuan as decimal(18, 2)) as controllable_yuan,
        cast(judged.direct_yuan - judged.controllable_yuan as decimal(18, 2)) as uncontrollable_yuan,
        judged.allowed_yuan,
        judged.overrun_yuan,
        judged.saving_yuan,
        cast(round(
            cast(judged.saving_yuan as decimal(20, 2)) * {{ parameter('development_fund_ratio', 'decimal(9, 6)') }}, 2
        ) as decimal(18, 2)) as development_fund_yuan
    from judged
    cross join scope

)

select * from published
