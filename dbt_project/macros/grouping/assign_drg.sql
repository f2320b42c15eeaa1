{#-
First path of each case through its grouper pack. One row per case: case_key, pack_key, path_no (null: no rule holds),
complication (MCC, CC or none).

`cases`  relation: case_key, pack_key, principal_code_key, main_code_key and the number fields, each null when missing.
`codes`  relation: case_key, code_key of other diagnoses and other procedures; repetitions do no harm.
         Code keys are those of the pack of the case; codes it does not know have none.
`packs`  names of the relations of compiled packs: pack, code, range, class, hit_rule; left out: the sources of the project.

A case becomes a signature of a few keys; masks of the paths still open are computed per distinct key, and the first bit
of the intersection, taken once per distinct pair of masks, is the path. Joins are on one key wherever a case takes part:
a second equality, such as that of the pack, lets an optimizer join masks with masks first.
-#}
{% macro assign_drg(cases, codes, packs=none) -%}
{%- set packs = packs or {
    'pack': source('pack', 'pack'),
    'code': source('pack', 'pack_code'),
    'range': source('pack', 'pack_range'),
    'class': source('pack', 'pack_class'),
    'hit_rule': source('pack', 'pack_hit_rule'),
} -%}
{%- set numbers = ['age_years', 'age_days', 'birth_weight_g', 'sex', 'length_of_stay_days', 'discharge_way'] -%}
with {{ drg_signatures(cases, codes, packs, numbers) }},

{{ drg_open_paths(packs, numbers) }},

cases_numbered as (

    select
        signatures.case_key,
        signatures.pack_key,
        diagnoses.complication,
        diagnoses.mask_no as diagnosis_mask_no,
        procedures.mask_no as procedure_mask_no
    from signatures
    inner join diagnosis_numbers as diagnoses
        on signatures.principal_class_key = diagnoses.principal_class_key
        and signatures.number_no = diagnoses.number_no
        and signatures.diagnosis_hits = diagnoses.diagnosis_hits
    inner join procedure_numbers as procedures
        on signatures.main_class_key = procedures.main_class_key
        and signatures.procedure_hits = procedures.procedure_hits

),

pairs as (

    select
        pair.diagnosis_mask_no,
        pair.procedure_mask_no,
        min({{ bits_first('diagnoses.word_no', '(diagnoses.word & procedures.word)') }}) as path_no
    from (select distinct diagnosis_mask_no, procedure_mask_no from cases_numbered) as pair
    inner join {{ bits_words('diagnosis_distinct', 'mask_no', 'mask') }} as diagnoses
        on pair.diagnosis_mask_no = diagnoses.mask_no
    inner join {{ bits_words('procedure_distinct', 'mask_no', 'mask') }} as procedures
        on pair.procedure_mask_no = procedures.mask_no
        and diagnoses.word_no = procedures.word_no
    where diagnoses.word & procedures.word <> 0
    group by pair.diagnosis_mask_no, pair.procedure_mask_no

),

assigned as (

    select
        cases_numbered.case_key,
        cases_numbered.pack_key,
        pairs.path_no,
        cases_numbered.complication
    from cases_numbered
    left join pairs
        on cases_numbered.diagnosis_mask_no = pairs.diagnosis_mask_no
        and cases_numbered.procedure_mask_no = pairs.procedure_mask_no

)

select * from assigned
{%- endmacro %}

{#- Status of a case from its path, null when no rule held. -#}
{% macro drg_status(paths) -%}
    case
        when {{ paths }}.kind = 'ambiguous' then 'ambiguous'
        when coalesce({{ paths }}.drg_code, '0000') = '0000' then 'ungrouped'
        else 'grouped'
    end
{%- endmacro %}
