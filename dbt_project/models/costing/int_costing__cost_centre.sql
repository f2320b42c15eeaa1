-- A share is the fen of service charges the department ordered in the setting over those of all its settings.
with departments as (

    select * from {{ ref('int_conformed__department') }}

),

service_charges as (

    select
        ordering_dept_id as dept_id,
        case when is_inpatient then 'inpatient' else 'outpatient' end as service_setting,
        sum(amount_yuan) as amount_yuan
    from {{ ref('int_costing__charge_volume') }}
    where item_kind = 'service' and is_used
    group by ordering_dept_id, is_inpatient

),

centres as (

    select dept_id, dept_class, true as is_divided, 'inpatient' as service_setting
    from departments
    where dept_class = 'clinical' and service_setting = 'both'
    union all
    select dept_id, dept_class, true as is_divided, 'outpatient' as service_setting
    from departments
    where dept_class = 'clinical' and service_setting = 'both'
    union all
    select
        dept_id,
        dept_class,
        false as is_divided,
        case dept_class when 'clinical' then service_setting else 'none' end as service_setting
    from departments
    where dept_class <> 'clinical' or service_setting <> 'both'

),

ordered as (

    select
        centres.*,
        case when centres.is_divided then greatest(coalesce(service_charges.amount_yuan, 0), 0) else 1 end as ordered_yuan
    from centres
    left join service_charges
        on centres.dept_id = service_charges.dept_id and centres.service_setting = service_charges.service_setting

),

totalled as (

    select
        *,
        sum(ordered_yuan) over (partition by dept_id) as total_yuan
    from ordered

),

shares as (

    select
        dept_id,
        dept_class,
        service_setting,
        is_divided,
        case
            when total_yuan > 0 then {{ scaled_integer('ordered_yuan', 2) }}
            when service_setting = 'inpatient' then 1
            else 0
        end as share_numerator,
        case when total_yuan > 0 then {{ scaled_integer('total_yuan', 2) }} else 1 end as share_denominator
    from totalled

)

select * from shares
