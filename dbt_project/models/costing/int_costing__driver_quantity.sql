-- Revenue is computed from the charges of the month only where the hospital hands over no such driver.
with scope as (

    select * from {{ source('run', 'scope') }}

),

delivered as (

    select drivers.*
    from {{ ref('stg_ledger__allocation_driver') }} as drivers
    inner join scope on drivers.month = scope.month_start

),

computed as (

    select
        'revenue' as driver_code,
        executing_dept_id as from_dept_id,
        ordering_dept_id as to_dept_id,
        sum(amount_yuan) as quantity
    from {{ ref('int_costing__charge_volume') }}
    where is_used and not exists (select 1 from delivered where delivered.driver_code = 'revenue')
    group by executing_dept_id, ordering_dept_id

),

quantities as (

    select driver_code, from_dept_id, to_dept_id, service_setting, quantity, false as is_computed
    from delivered
    union all
    select
        driver_code,
        from_dept_id,
        to_dept_id,
        cast(null as varchar(20)) as service_setting,
        cast(quantity as decimal(18, 4)) as quantity,
        true as is_computed
    from computed

)

select * from quantities
