with lines as (

    select * from {{ ref('int_costing__ledger_line') }}

),

department_ledger as (

    select
        dept_id,
        cost_category,
        cost_level,
        cast(sum(amount_yuan) as decimal(38, 2)) as amount_yuan,
        cast(sum(case when is_controllable then amount_yuan else 0 end) as decimal(38, 2)) as controllable_yuan
    from lines
    where missing is null and excluded_as is null
    group by dept_id, cost_category, cost_level

)

select * from department_ledger
