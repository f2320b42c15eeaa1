with sides as (

    select cost_yuan as amount_yuan from {{ ref('fct_case_cost') }} where method = 'top_down'
    union all
    select own_cost_yuan + shared_cost_yuan as amount_yuan from {{ ref('fct_open_stay') }}
    union all
    select -(own_cost_yuan + shared_cost_yuan) as amount_yuan from {{ ref('int_costing__opening_balance') }}
    union all
    select amount_yuan from {{ ref('fct_cost_bucket') }} where bucket in ('unabsorbed', 'prior_period')
    union all
    select -amount_yuan as amount_yuan
    from {{ ref('int_costing__department_cost') }}
    where service_setting = 'inpatient' and is_in_scope

),

findings as (

    select
        '病例与在院成本减住院成本 ' || difference_yuan as sample_key,
        abs(difference_yuan) as difference_yuan
    from (select sum(amount_yuan) as difference_yuan from sides) as total
    where difference_yuan <> 0

),

checked as (

    select
        (select count(*) from {{ ref('int_conformed__stay') }}) as checked_rows,
        (select coalesce(sum(amount_yuan), 0) from {{ ref('fct_cost_bucket') }} where bucket = 'unabsorbed') as unabsorbed_yuan

),

answer as (

    {{ gate_row(
        'COST-08', amount='difference_yuan', figure='checked.unabsorbed_yuan', hint=not_delivered(['his_inpatient_stay', 'ledger_voucher_line'])
    ) }}

)

select * from answer
