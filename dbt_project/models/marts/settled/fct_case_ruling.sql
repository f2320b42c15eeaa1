-- A case stays on the list until it is ruled; what a ruling needs and nobody can judge yet keeps it pending.
with scope as (

    select
        hospital_id,
        month_start,
        {{ parameter('innovation_minimum_weight', 'decimal(18,4)') }} as minimum_weight,
        {{ parameter('innovation_fund_share', 'decimal(9,6)') }} as fund_share,
        {{ parameter('reference_score', 'decimal(18,4)') }} as reference_score
    from {{ source('run', 'scope') }}

),

techniques as (

    select distinct procedures.stay_id
    from {{ ref('stg_emr__procedure') }} as procedures
    inner join {{ source('policy', 'code_list') }} as listed on procedures.procedure_code = listed.code
    cross join scope
    where listed.list_code = 'innovation_technique' and {{ in_force('listed', 'scope.month_start') }}

),

listings as (

    select
        *,
        row_number() over (partition by stay_id order by month desc) as recency
    from {{ source('history', 'fct_case_ruling') }}

),

earlier as (

    select * from listings where recency = 1

),

priced as (

    select * from {{ ref('fct_case_settlement') }} where basis = 'simulated'

),

listed as (

    select
        priced.stay_id,
        priced.discharge_month,
        scope.month_start as simulated_month,
        coalesce(groups.dept_id, earlier.dept_id) as dept_id,
        priced.group_code,
        coalesce(groups.weight, {{ divide_rounded('groups.score', 'scope.reference_score', 4) }}, earlier.weight) as weight,
        coalesce(techniques.stay_id is not null or earlier.is_listed_technique, false) as is_listed_technique,
        priced.multiple,
        priced.billed_fee_yuan,
        priced.standard_total_yuan
    from priced
    cross join scope
    left join {{ ref('fct_case') }} as groups on priced.stay_id = groups.stay_id
    left join techniques on priced.stay_id = techniques.stay_id
    left join earlier on priced.stay_id = earlier.stay_id
    where priced.multiple_class = 'high'
    union all
    select
        earlier.stay_id,
        earlier.discharge_month,
        earlier.simulated_month,
        earlier.dept_id,
        earlier.group_code,
        earlier.weight,
        earlier.is_listed_technique,
        earlier.multiple,
        earlier.billed_fee_yuan,
        earlier.standard_total_yuan
    from earlier
    left join priced on earlier.stay_id = priced.stay_id
    where priced.stay_id is null

),

quality as (

    select
        subject_id as dept_id,
        min(case when is_attained then 1 else 0 end) = 1 as is_met
    from {{ ref('fct_indicator') }}
    where level = 'department' and dimension = 'quality' and target_weight > 0 and is_attained is not null
    group by subject_id

),

judged as (

    select
        listed.*,
        rulings.ruling,
        rulings.ruled_by,
        earlier.outcome as outcome_before,
        case
            when rulings.ruling = 'non_standard_care' then 'refused'
            when rulings.ruling = 'complex' and quality.is_met then 'approved'
            when rulings.ruling = 'complex' and not quality.is_met then 'refused'
            when rulings.ruling = 'innovation' and (listed.weight >= scope.minimum_weight or listed.is_listed_technique) then 'approved'
            when rulings.ruling = 'innovation' then 'refused'
            else 'pending'
        end as outcome,
        cast(greatest(listed.billed_fee_yuan - listed.standard_total_yuan, 0) as decimal(18, 2)) as overrun_yuan
    from listed
    cross join scope
    left join {{ ref('stg_performance__case_ruling') }} as rulings on listed.stay_id = rulings.stay_id
    left join quality on listed.dept_id = quality.dept_id
    left join earlier on listed.stay_id = earlier.stay_id

),

shared as (

    select
        judged.*,
        case
            when judged.outcome = 'approved' and judged.ruling = 'innovation'
                then cast(round(cast(judged.overrun_yuan as decimal(30, 2)) * scope.fund_share, 2) as decimal(18, 2))
            else 0
        end as fund_yuan
    from judged
    cross join scope
    where judged.ruling is not null or coalesce(judged.outcome_before, 'pending') = 'pending'

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        shared.stay_id,
        shared.discharge_month,
        shared.simulated_month,
        shared.dept_id,
        shared.group_code,
        cast(shared.weight as decimal(18, 4)) as weight,
        shared.is_listed_technique,
        cast(shared.multiple as decimal(18, 6)) as multiple,
        cast(shared.billed_fee_yuan as decimal(18, 2)) as billed_fee_yuan,
        cast(shared.standard_total_yuan as decimal(18, 2)) as standard_total_yuan,
        shared.ruling,
        shared.ruled_by,
        shared.outcome,
        shared.overrun_yuan,
        cast(case when shared.outcome = 'refused' then shared.overrun_yuan else 0 end as decimal(18, 2)) as charged_yuan,
        cast(shared.fund_yuan as decimal(18, 2)) as fund_yuan,
        cast(case when shared.outcome = 'approved' then shared.overrun_yuan - shared.fund_yuan else 0 end as decimal(18, 2)) as hospital_yuan,
        cast(case when shared.outcome = 'pending' then shared.overrun_yuan else 0 end as decimal(18, 2)) as pending_yuan
    from shared
    cross join scope

)

select * from published
