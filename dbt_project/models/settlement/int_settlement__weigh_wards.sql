-- Ward weights of the cases discharged in the month; what the chosen basis cannot weigh falls to the ward of discharge.
with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select
        cases.stay_id,
        cases.discharge_dept_id,
        stays.stay_key,
        {{ parameter('transfer_split') }} as transfer_split
    from {{ ref('int_settlement__gather_cases') }} as gathered
    inner join {{ ref('int_conformed__case') }} as cases on gathered.stay_id = cases.stay_id
    inner join {{ ref('int_conformed__stay') }} as stays on cases.stay_id = stays.stay_id
    where not gathered.is_late

),

earlier_fees as (

    select
        balances.stay_id,
        balances.dept_id,
        balances.fee_yuan
    from {{ source('history', 'fct_open_stay') }} as balances
    inner join scope on balances.month = cast({{ dbt.dateadd('month', -1, 'scope.month_start') }} as date)

),

fees as (

    select
        cases.stay_id,
        departments.dept_id,
        charges.amount_yuan as fee_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join cases
        on charges.is_inpatient
        and charges.encounter_key = cases.stay_key
        and cases.transfer_split = 'charges'
    inner join {{ ref('int_conformed__department') }} as departments on charges.ordering_dept_key = departments.dept_key
    union all
    select
        earlier_fees.stay_id,
        earlier_fees.dept_id,
        earlier_fees.fee_yuan
    from earlier_fees
    inner join cases on earlier_fees.stay_id = cases.stay_id and cases.transfer_split = 'charges'

),

weights as (

    select
        days.stay_id,
        days.dept_id,
        cast(days.days_whole_stay as decimal(18, 4)) as ward_weight
    from {{ ref('int_conformed__ward_day') }} as days
    inner join cases on days.stay_id = cases.stay_id and cases.transfer_split = 'bed_days'
    union all
    select
        stay_id,
        dept_id,
        cast(greatest(sum(fee_yuan), 0) as decimal(18, 4)) as ward_weight
    from fees
    group by stay_id, dept_id

),

weighed as (

    select * from weights where ward_weight > 0

),

unweighed as (

    select
        cases.stay_id,
        cases.discharge_dept_id as dept_id,
        cast(1 as decimal(18, 4)) as ward_weight
    from cases
    left join weighed on cases.stay_id = weighed.stay_id
    where weighed.stay_id is null

),

complete as (

    select * from weighed
    union all
    select * from unweighed

)

select * from complete
