with stays as (

    select stay_id, is_open from {{ ref('int_conformed__stay') }}

),

cases as (

    select stay_id, is_quarantined, total_fee_yuan from {{ ref('int_conformed__case') }}

),

received as (

    select 'his_charge' as table_name, count(*) as row_count, coalesce(sum(amount), 0) as amount_yuan from {{ ref('stg_his__charge') }}
    union all
    select 'emr_front_page' as table_name, count(*) as row_count, coalesce(sum(total_fee), 0) as amount_yuan
    from {{ ref('stg_emr__front_page') }}
    union all
    select 'his_inpatient_stay' as table_name, count(*) as row_count, 0 as amount_yuan from {{ ref('stg_his__inpatient_stay') }}
    union all
    select 'his_outpatient_visit' as table_name, count(*) as row_count, 0 as amount_yuan from {{ ref('stg_his__outpatient_visit') }}

),

-- Clean, quarantined and excluded together; a front page without a stay discharged in the month is excluded.
accounted as (

    select 'his_charge' as table_name, count(*) as row_count, coalesce(sum(amount_yuan), 0) as amount_yuan
    from {{ ref('int_conformed__charge') }}
    union all
    select 'emr_front_page' as table_name, count(*) as row_count, coalesce(sum(total_fee_yuan), 0) as amount_yuan from cases
    union all
    select 'emr_front_page' as table_name, count(*) as row_count, coalesce(sum(pages.total_fee), 0) as amount_yuan
    from {{ ref('stg_emr__front_page') }} as pages
    left join stays on pages.stay_id = stays.stay_id and not stays.is_open
    where stays.stay_id is null
    union all
    select 'his_inpatient_stay' as table_name, count(*) as row_count, 0 as amount_yuan from stays
    union all
    select 'his_outpatient_visit' as table_name, count(*) as row_count, 0 as amount_yuan from {{ ref('int_conformed__visit') }}

),

sides as (

    select table_name, row_count as row_difference, amount_yuan as difference_yuan from received
    union all
    select table_name, -row_count as row_difference, -amount_yuan as difference_yuan from accounted

),

differences as (

    select
        table_name,
        sum(row_difference) as row_difference,
        sum(difference_yuan) as difference_yuan
    from sides
    group by table_name

),

findings as (

    select
        table_name || ' ' || row_difference || ' rows ' || difference_yuan || ' yuan unaccounted' as sample_key,
        abs(difference_yuan) as difference_yuan
    from differences
    where row_difference <> 0 or difference_yuan <> 0

),

checked as (

    select
        sum(received.row_count) as checked_rows,
        (select coalesce(sum(total_fee_yuan), 0) from cases where is_quarantined) as quarantined_yuan
    from received

),

answer as (

    {{ gate_row(
        'CON-02', amount='difference_yuan', figure='checked.quarantined_yuan',
        hint='case when checked.checked_rows = 0 then '
            ~ not_delivered(['his_charge', 'emr_front_page', 'his_inpatient_stay', 'his_outpatient_visit']) ~ ' end'
    ) }}

)

select * from answer
