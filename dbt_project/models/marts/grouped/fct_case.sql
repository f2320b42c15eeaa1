with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select * from {{ ref('int_conformed__case') }}

),

chosen as (

    select * from {{ ref('int_grouping__choose_grouper') }}

),

assigned as (

    select
        case_key, mdc_code, adrg_code, drg_code as group_code, drg_code, status, status_reason, complication, deciding_rule,
        cast(1 as decimal(9, 6)) as aux_coefficient
    from {{ ref('int_grouping__assign_drg') }}
    union all
    select
        case_key, null as mdc_code, null as adrg_code, group_code, null as drg_code, status, status_reason, 'none' as complication,
        deciding_rule, aux_coefficient
    from {{ ref('int_grouping__assign_dip') }}

),

drg_names as (

    select pack_key, code, name from {{ source('pack', 'pack_group') }} where level = 'drg'

),

dip_names as (

    select * from {{ source('policy', 'dip_group') }}

),

payments as (

    select * from {{ source('policy', 'group_payment') }}

),

judged as (

    select
        chosen.*,
        assigned.mdc_code,
        assigned.adrg_code,
        case when not cases.is_quarantined then assigned.group_code end as group_code,
        case when cases.is_quarantined then 'excluded' else coalesce(assigned.status, 'ungrouped') end as status,
        case
            when cases.is_quarantined then cases.quarantine_reason
            when assigned.case_key is null then 'no_grouper'
            else assigned.status_reason
        end as status_reason,
        coalesce(assigned.complication, 'none') as complication,
        assigned.deciding_rule,
        assigned.aux_coefficient,
        cases.discharge_dept_id as dept_id,
        cases.attending_doctor_id as doctor_id,
        cases.insurance_type
    from cases
    inner join chosen on cases.stay_key = chosen.case_key
    left join assigned on cases.stay_key = assigned.case_key

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        judged.stay_id,
        judged.scheme,
        judged.version,
        judged.group_code,
        coalesce(drg_names.name, dip_names.group_name) as group_name,
        judged.mdc_code,
        judged.adrg_code,
        judged.status,
        judged.status_reason,
        judged.complication,
        judged.deciding_rule,
        payments.weight,
        payments.score,
        judged.aux_coefficient,
        judged.dept_id,
        judged.doctor_id,
        judged.insurance_type,
        judged.length_of_stay_days as stay_days,
        judged.total_fee_yuan,
        judged.discharged_on
    from judged
    cross join scope
    left join drg_names on judged.pack_key = drg_names.pack_key and judged.group_code = drg_names.code
    left join dip_names
        on judged.scheme = 'DIP'
        and judged.version = dip_names.version
        and judged.group_code = dip_names.group_code
        and {{ in_force('dip_names', 'judged.discharged_on') }}
    left join payments
        on judged.scheme = payments.scheme
        and judged.version = payments.version
        and judged.group_code = payments.group_code
        and judged.hospital_level = payments.hospital_level
        and {{ in_force('payments', 'judged.discharged_on') }}

)

select * from published
