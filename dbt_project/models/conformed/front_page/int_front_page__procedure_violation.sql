with pages as (

    select * from {{ ref('stg_emr__front_page') }}

),

procedures as (

    select * from {{ ref('stg_emr__procedure') }}

),

listed as (

    select * from {{ ref('int_front_page__listed_code') }}

),

dated as (

    select
        procedures.*,
        procedures.performed_on < cast(pages.admitted_at as date)
        or procedures.performed_on > cast(pages.discharged_at as date) as is_outside_stay
    from procedures
    inner join pages on procedures.stay_id = pages.stay_id

),

without_main_procedure as (

    select pages.stay_id, pages.d20
    from pages
    left join procedures as main on pages.stay_id = main.stay_id and main.sequence = 1
    where main.stay_id is null

),

-- A delivery without its outcome, unless the pregnancy ended early.
deliveries as (

    select
        listed.stay_id,
        max(case when listed.list_code = 'diagnosis.delivery' then 1 else 0 end) as has_delivery,
        max(case when listed.list_code in ('diagnosis.abortive_outcome', 'diagnosis.outcome_of_delivery') then 1 else 0 end) as has_outcome
    from listed
    group by listed.stay_id

),

required as (

    select
        listed.stay_id,
        listed.list_code,
        max(case when {{ begins_with('procedures.procedure_code', 'listed.operand') }} then 1 else 0 end) as is_done,
        max(case when {{ begins_with('procedures.procedure_code', 'listed.operand') }} and procedures.sequence = 1 then 1 else 0 end) as is_main
    from listed
    left join procedures on listed.stay_id = procedures.stay_id
    where listed.list_code in ('diagnosis.requires_procedure', 'diagnosis.forbids_procedure', 'diagnosis.requires_main_procedure')
    group by listed.stay_id, listed.sequence, listed.list_code, listed.prefix, listed.operand

),

-- Procedures that belong first when the principal diagnosis is the one they treat.
misplaced as (

    select listed.stay_id
    from listed
    inner join procedures
        on listed.stay_id = procedures.stay_id and {{ begins_with('procedures.procedure_code', 'listed.operand') }}
    where listed.list_code = 'diagnosis.treated_by_main_procedure' and listed.is_principal
    group by listed.stay_id
    having min(procedures.sequence) > 1

),

violations as (

    {{ breaks('FP-13', 'without_main_procedure', 'd20 > 0') }}
    union all
    {{ breaks('FP-14', 'dated', 'procedure_level is not null and (performed_on is null or surgeon_id is null
        or (anesthesia_code is null and ' ~ in_list('procedure_level', 'value.anaesthetised_level') ~ '))') }}
    union all
    {{ breaks('FP-15', 'dated', 'is_outside_stay') }}
    union all
    {{ breaks('FP-16', 'dated', 'anesthesia_code is not null and anesthetist_id is null') }}
    union all
    {{ breaks('FP-20', 'deliveries', 'has_delivery = 1 and has_outcome = 0') }}
    union all
    {{ breaks('FP-20', 'required', "list_code = 'diagnosis.requires_procedure' and is_done = 0") }}
    union all
    {{ breaks('FP-20', 'required', "list_code = 'diagnosis.forbids_procedure' and is_done = 1") }}
    union all
    {{ breaks('FP-28', 'required', "list_code = 'diagnosis.requires_main_procedure' and is_main = 0") }}
    union all
    {{ breaks('FP-28', 'misplaced', 'true') }}

)

select * from violations
