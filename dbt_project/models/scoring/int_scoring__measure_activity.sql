with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

definitions as (

    {{ indicator_definitions('activity') }}

),

sums as (

    select
        case when grouping(dept_id) = 0 then 'department' when grouping(doctor_id) = 0 then 'doctor' else 'hospital' end as level,
        case when grouping(dept_id) = 0 then dept_id when grouping(doctor_id) = 0 then doctor_id end as member_id,
        quantity,
        sum(amount) as amount
    from {{ ref('int_scoring__count_activity') }}
    group by {{ grouping_sets([['quantity'], ['quantity', 'dept_id'], ['quantity', 'doctor_id']]) }}

),

totals as (

    select * from sums
    where level = 'hospital' or member_id is not null

),

measured_levels as (

    select distinct
        level,
        quantity
    from totals

),

-- Nothing counted is zero where the level is counted at all, and no row where it is not.
shares as (

    select
        denominators.level,
        denominators.member_id,
        definitions.indicator_code,
        cast(coalesce(numerators.amount, 0) * definitions.factor as decimal(38, 12)) as numerator,
        cast(denominators.amount as decimal(38, 12)) as denominator
    from definitions
    inner join totals as denominators
        on definitions.denominator = denominators.quantity
    inner join measured_levels
        on
            definitions.numerator = measured_levels.quantity
            and denominators.level = measured_levels.level
    left join totals as numerators
        on
            definitions.numerator = numerators.quantity
            and denominators.level = numerators.level
            and coalesce(denominators.member_id, '') = coalesce(numerators.member_id, '')

),

counts as (

    select
        totals.level,
        totals.member_id,
        definitions.indicator_code,
        cast(totals.amount * definitions.factor as decimal(38, 12)) as numerator,
        cast(null as decimal(38, 12)) as denominator
    from definitions
    inner join totals
        on definitions.numerator = totals.quantity
    where definitions.denominator is null

),

-- What the systems can count is never taken from a submission.
submitted as (

    select
        case when grouping(dept_id) = 0 then 'department' else 'hospital' end as level,
        case when grouping(dept_id) = 0 then dept_id end as member_id,
        indicator_code,
        cast(sum(numerator) as decimal(38, 12)) as numerator,
        cast(sum(denominator) as decimal(38, 12)) as denominator
    from {{ ref('stg_performance__indicator') }}
    where
        indicator_code not in (select indicator_code from shares)
        and indicator_code not in (select indicator_code from counts)
        and indicator_code not in (select indicator_code from {{ ref('int_scoring__measure_cases') }})
    group by {{ grouping_sets([['indicator_code'], ['indicator_code', 'dept_id']]) }}

),

-- A union of decimals of different scale keeps the coarsest, so all have one.
measured as (

    select * from shares
    union all
    select * from counts
    union all
    select * from submitted

),

named as (

    select
        measured.level,
        coalesce(measured.member_id, decisions.hospital_id) as subject_id,
        measured.indicator_code,
        measured.numerator,
        measured.denominator,
        measured.denominator is null as is_count,
        cast(null as decimal(38, 0)) as n_rows_hash
    from measured
    cross join decisions

)

select * from named
