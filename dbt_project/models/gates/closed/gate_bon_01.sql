with findings as (

    select
        component as sample_key
    from {{ ref('fct_bonus_journal') }}
    where false

),

checked as (

    select 0 as checked_rows

),

answer as (

    {{ gate_row('BON-01', hint="'not_applicable:money edges of the lineage graph'") }}

)

select * from answer
