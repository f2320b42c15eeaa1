with lines as (

    select * from {{ ref('int_scoring__list_lines') }}

),

recipients as (

    select dept_id from {{ ref('int_scoring__assign_scheme') }}
    union all
    select 'RESERVE' as dept_id
    where exists (select 1 from {{ ref('int_scoring__assign_scheme') }})

),

sums as (

    select
        recipients.dept_id,
        cast(coalesce(sum(lines.amount_yuan), 0) as decimal(24, 6)) as amount_yuan
    from recipients
    left join lines
        on recipients.dept_id = lines.dept_id
    group by recipients.dept_id

),

-- The lines of all recipients make up the pool, so its total is the sum of their exact amounts.
totals as (

    select
        *,
        cast(round(sum(amount_yuan) over (), 2) as decimal(24, 2)) as total_yuan
    from sums

),

split as (

    {{ largest_remainder('totals', 'total_yuan', 'amount_yuan', [], ['dept_id']) }}

),

rounded as (

    select
        dept_id,
        amount_yuan,
        cast(part as decimal(18, 2)) as bonus_yuan
    from split

)

select * from rounded
