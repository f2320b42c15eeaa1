with scope as (

    select month_start from {{ source('run', 'scope') }}

),

policy_rows as (
    {% for table, key in [
        ('parameter', 'rows_in_force.parameter_code'),
        ('workload_points', 'rows_in_force.item_id'),
        ('score_weight', "rows_in_force.dept_class || ' ' || rows_in_force.dimension_code"),
        ('bonus_scheme', "coalesce(rows_in_force.dept_id, rows_in_force.dept_class)"),
        ('bonus_step', "rows_in_force.scheme_code || ' ' || rows_in_force.step"),
        ('bonus_deduction', "rows_in_force.setting || ' ' || rows_in_force.cost_category"),
        ('indicator_target', 'rows_in_force.indicator_code'),
        ('award', "rows_in_force.indicator_code || ' ' || rows_in_force.basis"),
        ('grade', 'rows_in_force.grade'),
        ('staff_share', "rows_in_force.scheme_code || ' ' || rows_in_force.role || ' ' || rows_in_force.component"),
    ] %}
    select
        '{{ table }}.csv ' || {{ key }} as sample_key,
        rows_in_force.source_ref,
        rows_in_force.approved_by
    from {{ source('policy', table) }} as rows_in_force
    inner join scope
        on {{ in_force('rows_in_force', 'scope.month_start') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

findings as (

    select sample_key
    from policy_rows
    where coalesce(source_ref, '') = '' or coalesce(approved_by, '') = ''
    union all
    select 'bonus_scheme.csv has no row for ' || dept_id as sample_key
    from {{ ref('int_scoring__assign_scheme') }}
    where scheme_code is null

),

checked as (

    select count(*) as checked_rows from policy_rows

),

answer as (

    {{ gate_row('BON-05', hint=not_delivered(['performance_pool'])) }}

)

select * from answer
