with scope as (

    select * from {{ source('run', 'scope') }}

),

accounts as (

    select * from {{ ref('stg_ledger__account') }}

),

departments as (

    select dept_id, dept_class from {{ ref('int_conformed__department') }}

),

expense_lines as (

    select lines.*, accounts.cost_category as hinted_category
    from {{ ref('stg_ledger__voucher_line') }} as lines
    inner join accounts
        on lines.account_code = accounts.account_code
        and {{ in_force('accounts', 'lines.posted_on') }}
    cross join scope
    where accounts.account_class = 'expense'
        and lines.posted_on >= scope.month_start
        and lines.posted_on < scope.next_month_start

),

account_uses as (

    select distinct account_code, funding_source from expense_lines

),

categories as (

    select
        account_uses.account_code,
        account_uses.funding_source,
        mapping.cost_category,
        mapping.cost_level,
        mapping.is_controllable,
        row_number() over (
            partition by account_uses.account_code, account_uses.funding_source
            order by length(mapping.account_code) desc
        ) as closeness
    from account_uses
    cross join scope
    inner join {{ source('policy', 'cost_category') }} as mapping
        on account_uses.funding_source = mapping.funding_source
        and substr(account_uses.account_code, 1, length(mapping.account_code)) = mapping.account_code
        and {{ in_force('mapping', 'scope.month_start') }}

),

classified as (

    select
        expense_lines.batch_key,
        expense_lines.source_row,
        expense_lines.account_code,
        expense_lines.funding_source,
        departments.dept_id,
        categories.cost_category,
        expense_lines.hinted_category,
        case
            when categories.cost_level = 'L1' and departments.dept_class = 'administrative' then 'L2'
            when categories.cost_level in ('L1', 'L2', 'L3', 'L4') then categories.cost_level
        end as cost_level,
        case when categories.cost_level not in ('L1', 'L2', 'L3', 'L4') then categories.cost_level end as excluded_as,
        coalesce(categories.is_controllable, false) as is_controllable,
        case
            when departments.dept_id is null then 'department'
            when categories.cost_category is null or categories.cost_level is null then 'category'
        end as missing,
        cast(expense_lines.debit_amount - expense_lines.credit_amount as decimal(18, 2)) as amount_yuan
    from expense_lines
    left join departments on expense_lines.dept_id = departments.dept_id
    left join categories
        on expense_lines.account_code = categories.account_code
        and expense_lines.funding_source = categories.funding_source
        and categories.closeness = 1

)

select * from classified
