-- Reads the lineage declarations from the graph: a formula that pays for charges shows there whatever its name.
-- depends_on: {{ ref('fct_bonus_journal') }}
-- depends_on: {{ ref('int_scoring__deduct_outpatient') }}
with ways as (

    {{ positive_charge_paths() if execute else "select null as path, false as is_positive" }}

),

items as (

    select * from {{ ref('int_conformed__item_period') }}
    where has_points

),

-- Points are for doing the work; prescribing a drug or a material is none, so a point on it is a share of its sales.
findings as (

    select path as sample_key
    from ways
    where is_positive
    union all
    select 'workload_points.csv ' || item_id || ' judging points of a ' || item_kind as sample_key
    from items
    where item_kind in ('drug', 'material') and judging_points > 0

),

checked as (

    select
        (select count(*) from ways) + (select count(*) from items) as checked_rows

),

answer as (

    {{ gate_row('BON-01', hint=not_delivered(['performance_pool'])) }}

)

select * from answer
