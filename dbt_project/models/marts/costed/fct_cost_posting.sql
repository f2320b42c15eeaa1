with scope as (

    select * from {{ source('run', 'scope') }}

),

postings as (

    select
        0 as step_no,
        'direct' as stage,
        from_dept_id,
        to_dept_id,
        'all' as to_service_setting,
        cost_category,
        'L1' as cost_level,
        'own_items' as driver_code,
        amount_yuan{% for source in funding_sources() %},
        cast(null as decimal(38, 2)) as {{ source }}_yuan{% endfor %}
    from {{ ref('int_costing__own_item_move') }}
    union all
    select
        step_no,
        stage,
        from_dept_id,
        to_dept_id,
        to_service_setting,
        cost_category,
        cost_level,
        driver_code,
        amount_yuan{% for source in funding_sources() %},
        {{ source }}_yuan{% endfor %}
    from {{ ref('int_costing__allocation') }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        postings.step_no,
        postings.stage,
        postings.from_dept_id,
        postings.to_dept_id,
        postings.to_service_setting,
        postings.cost_category,
        postings.cost_level,
        postings.driver_code,
        cast(postings.amount_yuan as decimal(18, 2)) as amount_yuan{% for source in funding_sources() %},
        cast(postings.{{ source }}_yuan as decimal(18, 2)) as {{ source }}_yuan{% endfor %}
    from postings
    cross join scope

)

select * from published
