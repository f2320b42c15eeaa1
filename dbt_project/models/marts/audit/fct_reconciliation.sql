{{ config(pre_hook="{{ plan_without_statistics() }}", post_hook="{{ plan_with_statistics() }}") }}
{%- set checked = [
    'fct_bonus_journal',
    'fct_case',
    'fct_case_cost',
    'fct_case_ruling',
    'fct_case_settlement',
    'fct_cost_bucket',
    'fct_cost_posting',
    'fct_cost_quality',
    'fct_department_bonus',
    'fct_department_cost',
    'fct_department_group',
    'fct_group_cost',
    'fct_open_stay',
    'fct_prior_period',
    'fct_recognition_review',
    'fct_settlement_difference',
    'fct_staff_bonus',
    'fct_true_up',
    'fct_unit_cost',
    'fct_workload_points',
    'int_conformed__case',
    'int_costing__allocation',
    'int_costing__case_department_cost',
    'int_costing__charge_volume',
    'int_costing__department_cost',
    'int_costing__department_ledger',
    'int_costing__direct_cost',
    'int_costing__item_pool',
    'int_costing__open_stay_line',
    'int_costing__opening_balance',
    'int_costing__outpatient_direct_cost',
    'int_costing__own_item',
    'int_costing__own_item_move',
    'int_costing__shared_pool',
    'int_costing__stay_share',
    'int_scoring__deduct_outpatient',
    'int_scoring__share_cases',
    'int_settlement__case_ward_payment',
    'int_settlement__match_true_ups',
    'int_settlement__population_case',
    'int_settlement__recall_openings',
    'int_settlement__true_up_case_ward',
] -%}
-- Each identity is generated from the declaration of its model; what is listed here is only the order of building.
{% for name in checked %}-- depends_on: {{ ref(name) }}
{% endfor %}
with scope as (

    select * from {{ source('run', 'scope') }}

),

identities as (

    {{ lineage_identities(checked) if execute else "select null as relation" }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        identities.relation,
        identities.measure,
        identities.kind,
        cast(identities.checked_rows as bigint) as checked_rows,
        cast(identities.failing_rows as bigint) as failing_rows,
        cast(coalesce(identities.stated_amount, 0) as decimal(38, 8)) as stated_amount,
        cast(coalesce(identities.derived_amount, 0) as decimal(38, 8)) as derived_amount,
        cast(coalesce(identities.difference_amount, 0) as decimal(38, 8)) as difference_amount,
        coalesce(identities.failing_rows, 0) = 0 as is_closed,
        cast(identities.excluded_rows as bigint) as excluded_rows,
        cast(coalesce(identities.excluded_amount, 0) as decimal(38, 8)) as excluded_amount,
        case when identities.excluded_rows > 0 then identities.exclusion_reason end as exclusion_reason
    from identities
    cross join scope

)

select * from published
