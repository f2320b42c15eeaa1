-- The difference of a case falls in the later of twelve months after its discharge and the month of its statement.
with scope as (

    select
        month_start,
        cast({{ dbt.dateadd('month', -12, 'month_start') }} as date) as same_month_last_year,
        {{ parameter('pay_basis', 'varchar', 'month_start') }} as pay_basis
    from {{ source('run', 'scope') }}

),

simulated as (

    select
        recalled.stay_id,
        recalled.discharge_month,
        case when anew.stay_id is null then recalled.simulated_month else scope.month_start end as simulated_month,
        false as is_opening,
        case
            when scope.pay_basis = 'fund' then coalesce(anew.fund_pay_yuan, recalled.fund_pay_yuan)
            else coalesce(anew.standard_total_yuan, recalled.standard_total_yuan)
        end as simulated_yuan
    from {{ ref('int_settlement__recall_cases') }} as recalled
    left join {{ ref('int_settlement__settle_cases') }} as anew on recalled.stay_id = anew.stay_id
    cross join scope
    union all
    select
        stay_id,
        max(discharge_month) as discharge_month,
        cast(null as date) as simulated_month,
        true as is_opening,
        cast(sum(simulated_yuan) as decimal(18, 2)) as simulated_yuan
    from {{ ref('int_settlement__recall_openings') }}
    group by stay_id

),

statements as (

    select stay_id, statement_month, standard_total_yuan, fund_pay_yuan from {{ ref('int_settlement__read_statements') }}
    union all
    select stay_id, month as statement_month, standard_total_yuan, fund_pay_yuan
    from {{ source('history', 'fct_case_settlement') }}
    where basis = 'actual'

),

due as (

    select
        simulated.stay_id,
        sum(case
            when greatest(simulated.discharge_month, scope.same_month_last_year) = scope.same_month_last_year
                and (statements.statement_month = scope.month_start or simulated.discharge_month = scope.same_month_last_year)
                then case when scope.pay_basis = 'fund' then statements.fund_pay_yuan else statements.standard_total_yuan end
        end) as actual_yuan,
        max(case
            when statements.statement_month < scope.month_start and simulated.discharge_month < scope.same_month_last_year then 1
            else 0
        end) as is_compared_before
    from simulated
    inner join statements on simulated.stay_id = statements.stay_id
    cross join scope
    group by simulated.stay_id

),

matched as (

    select
        simulated.stay_id,
        simulated.discharge_month,
        simulated.simulated_month,
        simulated.discharge_month = scope.same_month_last_year as is_of_last_year,
        simulated.is_opening,
        due.actual_yuan is not null as has_statement,
        coalesce(due.actual_yuan, 0) as actual_yuan,
        case when due.actual_yuan is not null and due.is_compared_before = 0 then simulated.simulated_yuan else 0 end as simulated_yuan
    from simulated
    cross join scope
    left join due on simulated.stay_id = due.stay_id
    where due.actual_yuan is not null or simulated.discharge_month = scope.same_month_last_year

)

select * from matched
