-- The row of the largest funding source of a category and level carries the pool whole, so that allocation divides it as one
-- amount; every other source carries its part beside it, and what they leave is the part of the largest.
with givers as (

    select dept_id from {{ ref('int_costing__allocation_giver') }}

),

direct_cost as (

    select direct_cost.dept_id, direct_cost.cost_category, direct_cost.cost_level, direct_cost.amount_yuan
    from {{ ref('int_costing__direct_cost') }} as direct_cost
    inner join givers on direct_cost.dept_id = givers.dept_id
    where not direct_cost.is_own_item

),

ledger as (

    select
        lines.dept_id,
        lines.cost_category,
        lines.cost_level,
        lines.funding_source,
        sum(lines.amount_yuan) as ledger_yuan
    from {{ ref('int_costing__ledger_line') }} as lines
    inner join givers on lines.dept_id = givers.dept_id
    where lines.missing is null and lines.excluded_as is null
    group by lines.dept_id, lines.cost_category, lines.cost_level, lines.funding_source

),

sources as (

    select
        cost_category,
        cost_level,
        funding_source,
        row_number() over (partition by cost_category, cost_level order by sum(ledger_yuan) desc, funding_source asc) as place
    from ledger
    group by cost_category, cost_level, funding_source

),

whole as (

    select
        direct_cost.*,
        coalesce(sources.funding_source, 'own') as main_funding_source
    from direct_cost
    left join (select * from sources where place = 1) as sources
        on direct_cost.cost_category = sources.cost_category and direct_cost.cost_level = sources.cost_level

),

funded as (

    select
        whole.*,
        ledger.funding_source,
        ledger.ledger_yuan,
        sum(ledger.ledger_yuan) over (partition by whole.dept_id, whole.cost_category, whole.cost_level) as all_ledger_yuan,
        max(case when ledger.funding_source <> whole.main_funding_source then 1 else 0 end)
            over (partition by whole.dept_id, whole.cost_category, whole.cost_level) as has_other_source
    from whole
    inner join ledger
        on whole.dept_id = ledger.dept_id
        and whole.cost_category = ledger.cost_category
        and whole.cost_level = ledger.cost_level

),

divisible as (

    select * from funded where all_ledger_yuan <> 0 and has_other_source = 1

),

parts as (

    {{ largest_remainder(
        'divisible', 'amount_yuan', 'ledger_yuan',
        partition_by=['dept_id', 'cost_category', 'cost_level'], order_by=['funding_source'], weight_digits=2
    ) | indent(4) }}

),

pools as (

    select dept_id, cost_category, cost_level, main_funding_source as funding_source, main_funding_source, amount_yuan
    from whole
    union all
    select dept_id, cost_category, cost_level, funding_source, main_funding_source, part as amount_yuan
    from parts
    where funding_source <> main_funding_source

),

typed as (

    select
        dept_id,
        cost_category,
        cost_level,
        funding_source,
        main_funding_source,
        cast(amount_yuan as decimal(38, 2)) as amount_yuan
    from pools

)

select * from typed
