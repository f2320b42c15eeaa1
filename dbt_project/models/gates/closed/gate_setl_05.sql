with cases as (

    select * from {{ ref('int_settlement__gather_cases') }}

),

published as (

    select * from {{ ref('fct_case_settlement') }} where basis = 'simulated'

),

scores as (

    select
        coalesce(cases.stay_id, published.stay_id) as stay_id,
        count(*) as case_rows,
        max(priced.adjusted_score) as adjusted_score,
        max(published.adjusted_score) as published_score,
        count(cases.stay_id) as gathered_rows,
        count(published.stay_id) as published_rows
    from cases
    full outer join published on cases.stay_id = published.stay_id
    left join {{ ref('int_settlement__price_cases') }} as priced on cases.stay_id = priced.stay_id
    group by coalesce(cases.stay_id, published.stay_id)

),

findings as (

    select stay_id as sample_key
    from scores
    where case_rows <> 1
        or gathered_rows <> published_rows
        or adjusted_score is distinct from published_score

),

checked as (

    select
        count(*) as checked_rows,
        coalesce(sum(published_score), 0) as hospital_score
    from scores

),

answer as (

    {{ gate_row('SETL-05', figure='checked.hospital_score', hint=nothing_to_settle()) }}

)

select * from answer
