with scope as (

    select * from {{ source('run', 'scope') }}

),

periods as (

    select
        *,
        row_number() over (partition by item_id order by from_date desc) as recency
    from {{ ref('int_conformed__item_period') }}

),

named as (

    select
        scope.hospital_id,
        scope.month_start as month,
        periods.item_id,
        periods.item_name,
        periods.item_kind,
        periods.fee_class,
        periods.is_separately_charged
    from periods
    cross join scope
    where periods.recency = 1

)

select * from named
