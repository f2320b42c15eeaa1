-- Only cases discharged and settled in the month whose charges are known from admission on.
with compared as (

    select
        cases.stay_id,
        settlements.total_fee_yuan,
        charged.total_yuan as charged_yuan
    from {{ ref('int_conformed__case') }} as cases
    inner join {{ ref('int_settlement__sum_settlements') }} as settlements on cases.stay_id = settlements.stay_id
    inner join {{ ref('int_front_page__charged_fee') }} as charged on cases.stay_id = charged.stay_id
    where charged.is_whole_stay

),

findings as (

    select
        'his_settlement ' || stay_id as sample_key,
        abs(total_fee_yuan - charged_yuan) as difference_yuan
    from compared
    where total_fee_yuan <> charged_yuan

),

checked as (

    select
        count(*) as checked_rows,
        coalesce(max(abs(total_fee_yuan - charged_yuan)), 0) as largest_difference_yuan
    from compared

),

answer as (

    {{ gate_row(
        'SETL-02', amount='difference_yuan', figure='checked.largest_difference_yuan',
        hint=nothing_to_settle(['his_settlement', 'his_charge'], 'his_settlement')
    ) }}

)

select * from answer
