-- The ordering department's own ledger gives first, then medical technology and auxiliary in proportion to theirs. What
-- nobody has is taken from the ordering department all the same: its negative rest stops the run.
with ordered as (

    select
        dept_id as to_dept_id,
        cost_category,
        sum(own_cost_yuan) as ordered_yuan
    from {{ ref('int_costing__own_item') }}
    group by dept_id, cost_category

),

ledger as (

    select
        department_ledger.dept_id,
        departments.dept_class,
        department_ledger.cost_category,
        department_ledger.amount_yuan
    from {{ ref('int_costing__department_ledger') }} as department_ledger
    inner join {{ ref('int_conformed__department') }} as departments on department_ledger.dept_id = departments.dept_id
    where department_ledger.cost_level = 'L1' and department_ledger.amount_yuan <> 0

),

from_own as (

    select
        ordered.to_dept_id,
        ordered.cost_category,
        ordered.ordered_yuan,
        least(ordered.ordered_yuan, greatest(coalesce(ledger.amount_yuan, 0), 0)) as own_yuan
    from ordered
    left join ledger on ordered.to_dept_id = ledger.dept_id and ordered.cost_category = ledger.cost_category

),

givers as (

    select
        from_own.to_dept_id,
        from_own.cost_category,
        from_own.ordered_yuan - from_own.own_yuan as wanted_yuan,
        ledger.dept_id as from_dept_id,
        ledger.amount_yuan as ledger_yuan,
        sum(ledger.amount_yuan) over (partition by from_own.to_dept_id, from_own.cost_category) as all_ledger_yuan
    from from_own
    inner join ledger
        on from_own.cost_category = ledger.cost_category and from_own.to_dept_id <> ledger.dept_id
    where from_own.ordered_yuan <> from_own.own_yuan
        and ledger.dept_class in ('medical_technology', 'medical_auxiliary')

),

able_givers as (

    select * from givers where all_ledger_yuan > 0

),

from_others as (

    {{ largest_remainder(
        'able_givers', 'wanted_yuan', 'ledger_yuan',
        partition_by=['to_dept_id', 'cost_category'], order_by=['from_dept_id']
    ) | indent(4) }}

),

moves as (

    select from_dept_id, to_dept_id, cost_category, part as amount_yuan
    from from_others
    union all
    select
        from_own.to_dept_id as from_dept_id,
        from_own.to_dept_id,
        from_own.cost_category,
        from_own.ordered_yuan - coalesce(others.amount_yuan, 0) as amount_yuan
    from from_own
    left join (
        select to_dept_id, cost_category, sum(part) as amount_yuan
        from from_others
        group by to_dept_id, cost_category
    ) as others
        on from_own.to_dept_id = others.to_dept_id and from_own.cost_category = others.cost_category

),

typed as (

    select
        from_dept_id,
        to_dept_id,
        cost_category,
        cast(amount_yuan as decimal(38, 2)) as amount_yuan
    from moves
    where amount_yuan <> 0

)

select * from typed
