with identities as (

    select * from {{ ref('fct_reconciliation') }}

),

findings as (

    select
        relation || '.' || measure || ' ' || kind || ' ' || failing_rows || ' rows' as sample_key,
        abs(difference_amount) as difference_amount
    from identities
    where not is_closed

),

checked as (

    select count(*) as checked_rows from identities

),

answer as (

    {{ gate_row('LIN-01') }}

)

select * from answer
