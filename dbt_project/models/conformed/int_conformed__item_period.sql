-- An item keeps its attributes outside its validity (a refund may come after the item was withdrawn), but not its
-- purchase price, which counts only on days it is valid. Late charges take the rates of the month they belong to.
with scope as (

    select * from {{ source('run', 'scope') }}

),

items as (

    select
        *,
        case
            when row_number() over (partition by item_id order by valid_from) = 1 then cast('0001-01-01' as date)
            else valid_from
        end as described_from,
        lead(valid_from) over (partition by item_id order by valid_from) as described_to
    from {{ ref('stg_his__item') }}

),

points as (

    select * from {{ source('policy', 'workload_points') }}

),

late_charges as (

    select min(min_business_date) as first_on from {{ source('run', 'batch') }} where table_name = 'his_charge'

),

months as (

    select month_start as from_date from scope
    union all
    select published.month as from_date
    from {{ source('run', 'published_month') }} as published
    cross join late_charges
    where published.month >= date_trunc('month', late_charges.first_on)

),

charged_time as (

    select min(months.from_date) as first_month, max(scope.next_month_start) as next_month_start
    from months
    cross join scope

),

changes as (

    select item_id, valid_from as changed_on from items
    union all
    select item_id, valid_to as changed_on from items
    union all
    select item_id, valid_from as changed_on from points
    union all
    select item_id, valid_to as changed_on from points

),

starts as (

    select changes.item_id, changes.changed_on as from_date
    from changes
    cross join charged_time
    where changes.changed_on > charged_time.first_month and changes.changed_on < charged_time.next_month_start
    union
    select items.item_id, months.from_date
    from items
    cross join months

),

periods as (

    select
        starts.item_id,
        starts.from_date,
        coalesce(
            lead(starts.from_date) over (partition by starts.item_id order by starts.from_date), charged_time.next_month_start
        ) as to_date
    from starts
    cross join charged_time

),

described as (

    select
        cast(row_number() over (order by periods.item_id, periods.from_date) as integer) as item_period_key,
        periods.item_id,
        periods.from_date,
        periods.to_date,
        items.item_name,
        items.item_kind,
        items.fee_class,
        items.price,
        case
            when items.valid_from <= periods.from_date and (items.valid_to is null or periods.from_date < items.valid_to)
                then items.purchase_price
        end as purchase_price,
        items.is_separately_charged,
        items.is_antibacterial,
        items.is_key_monitored,
        items.is_essential_drug,
        items.defined_daily_doses,
        coalesce(points.judging_points, 0) as judging_points,
        coalesce(points.executing_points, 0) as executing_points,
        coalesce(points.nursing_points, 0) as nursing_points,
        points.item_id is not null as has_points
    from periods
    inner join items
        on periods.item_id = items.item_id
        and periods.from_date >= items.described_from
        and (items.described_to is null or periods.from_date < items.described_to)
    left join points
        on periods.item_id = points.item_id
        and periods.from_date >= points.valid_from
        and (points.valid_to is null or periods.from_date < points.valid_to)

)

select * from described
