-- A negative rest stops; the figure is the number of cases listed in fct_cost_exception.
with taken as (

    select from_dept_id as dept_id, cost_category, sum(amount_yuan) as taken_yuan
    from {{ ref('int_costing__own_item_move') }}
    group by from_dept_id, cost_category

),

ledger as (

    select dept_id, cost_category, amount_yuan
    from {{ ref('int_costing__department_ledger') }}
    where cost_level = 'L1'

),

remaining as (

    select
        taken.dept_id,
        taken.cost_category,
        coalesce(ledger.amount_yuan, 0) - taken.taken_yuan as remaining_yuan
    from taken
    left join ledger on taken.dept_id = ledger.dept_id and taken.cost_category = ledger.cost_category

),

findings as (

    select
        dept_id || ' ' || cost_category || ' 余额 ' || remaining_yuan as sample_key,
        abs(remaining_yuan) as remaining_yuan
    from remaining
    where remaining_yuan < 0

),

checked as (

    select
        count(*) as checked_rows,
        (select count(*) from {{ ref('fct_cost_exception') }} where stay_id is not null and exception <> 'unknown_opening') as exception_count
    from remaining

),

answer as (

    {{ gate_row(
        'COST-10', amount='remaining_yuan', figure='checked.exception_count',
        hint="case when checked.checked_rows = 0 then coalesce(" ~ not_delivered(['his_charge', 'his_item']) ~ ", 'not_applicable:his_charge') end"
    ) }}

)

select * from answer
