{% set tables = contract_tables() | selectattr('month_column') | list %}
with scope as (

    select * from {{ source('run', 'scope') }}

),

dated as (

    {% for table in tables -%}
    select '{{ table.name }}' as table_name, {{ table.may_be_open }} as may_be_open, {{ table.posts_late }} as posts_late,
        batch_key, source_row, cast({{ table.month_column }} as date) as business_date
    from {{ table.relation }}
    where {{ table.month_column }} is not null
    {{ 'union all' if not loop.last }}
    {% else -%}
    select cast(null as varchar) as table_name, false as may_be_open, false as posts_late, 0 as batch_key, 0 as source_row, cast(null as date) as business_date
    {% endfor %}

),

published as (

    select min(month) as first_month from {{ source('run', 'published_month') }}

),

-- A late row posts as prior-period line; a date that may be null belongs to something still open at the end of the month, which may have ended since.
findings as (

    select dated.table_name || '[' || dated.batch_key || ':' || dated.source_row || '] ' || dated.business_date as sample_key
    from dated
    cross join scope
    cross join published
    where (
        dated.business_date < scope.month_start
        and not (dated.posts_late and coalesce(dated.business_date >= published.first_month, false))
    )
        or (dated.business_date >= scope.next_month_start and not dated.may_be_open)

),

checked as (

    select count(*) as checked_rows from dated

),

answer as (

    {{ gate_row('REC-04') }}

)

select * from answer
