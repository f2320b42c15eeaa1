with charges as (

    select
        charges.batch_key,
        charges.source_row,
        charges.ordering_staff_key,
        abs(charges.amount_yuan) as amount_yuan,
        not dispositions.is_used as is_suspense,
        dispositions.disposition
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code

),

totals as (

    select
        count(*) as row_count,
        cast(coalesce(sum(amount_yuan), 0) as decimal(38, 2)) as amount_yuan,
        cast(coalesce(sum(amount_yuan) filter (where is_suspense), 0) as decimal(38, 2)) as suspense_yuan
    from charges

),

stays as (

    select stay_id from {{ ref('int_conformed__stay') }}

),

departments as (

    select dept_id from {{ ref('int_conformed__department') }}

),

known_staff as (

    select count(*) as heads from {{ ref('int_conformed__staff') }}

),

encounter_rows as (

    select 'emr_front_page' as table_name, stay_id, discharge_dept_id as dept_id, batch_key, source_row
    from {{ ref('stg_emr__front_page') }}
    union all
    select 'his_transfer' as table_name, stay_id, dept_id, batch_key, source_row
    from {{ ref('stg_his__transfer') }}
    union all
    select 'emr_diagnosis' as table_name, stay_id, null as dept_id, batch_key, source_row
    from {{ ref('stg_emr__diagnosis') }}
    union all
    select 'emr_procedure' as table_name, stay_id, null as dept_id, batch_key, source_row
    from {{ ref('stg_emr__procedure') }}

),

findings as (

    select {{ address('his_charge', 'disposition') }} as sample_key, amount_yuan
    from charges
    where is_suspense
    union all
    select {{ address('his_charge', "'ordering staff unknown'", 'charges') }} as sample_key, 0 as amount_yuan
    from charges
    inner join known_staff on known_staff.heads > 0
    where charges.ordering_staff_key is null and not charges.is_suspense
    union all
    select table_name || '[' || batch_key || ':' || source_row || '] stay unknown' as sample_key, 0 as amount_yuan
    from encounter_rows
    left join stays on encounter_rows.stay_id = stays.stay_id
    where stays.stay_id is null
    union all
    select table_name || '[' || batch_key || ':' || source_row || '] department unknown' as sample_key, 0 as amount_yuan
    from encounter_rows
    left join departments on encounter_rows.dept_id = departments.dept_id
    where encounter_rows.dept_id is not null and departments.dept_id is null

),

checked as (

    select
        row_count + (select count(*) from encounter_rows) as checked_rows,
        {{ divide_rounded('suspense_yuan', 'amount_yuan', 6) }} as suspense_share
    from totals

),

answer as (

    {{ gate_row('CON-01', amount='amount_yuan', figure='checked.suspense_share', hint=not_delivered(['his_charge'])) }}

)

select * from answer
