{#-
First path of each case through its grouper pack. One row per case: case_key, pack_key, path_no (null: no rule holds),
complication (MCC, CC or none).

`cases`  relation: case_key, pack_key, principal_diagnosis, main_procedure and the number fields, each null when missing.
`codes`  relation: case_key, role (other_diagnosis, other_procedure), code; repetitions do no harm.
`packs`  names of the relations of compiled packs: pack, code, range, mask, hit_rule.

A case becomes a few small keys: class of its principal diagnosis, of its main procedure and of its numbers, sets hit by
all its codes. Masks of the paths still open are computed per distinct key, first for diagnoses and numbers, then for
procedures; the first bit of the intersection, taken once per distinct pair of masks, is the path.
-#}
{% macro assign_drg(cases, codes, packs) -%}
{%- set fields = ['age_years', 'age_days', 'birth_weight_g', 'sex', 'length_of_stay_days', 'discharge_way'] -%}
with singles as (

    select
        cases.case_key,
        cases.pack_key,
        coalesce(principal.class_no, 0) as principal_diagnosis_class,
        coalesce(principal.exclusion_no, 0) as exclusion_no,
        coalesce(main.class_no, 0) as main_procedure_class,
        {% for field in fields -%}
        coalesce(of_{{ field }}.class_no, 0) as {{ field }},
        {% endfor -%}
        coalesce(principal.hits, packs.no_diagnosis_hits) as diagnosis_hits,
        coalesce(main.hits, packs.no_procedure_hits) as procedure_hits
    from {{ cases }} as cases
    inner join {{ packs.pack }} as packs on cases.pack_key = packs.pack_key
    left join {{ packs.code }} as principal
        on cases.principal_diagnosis = principal.code
        and cases.pack_key = principal.pack_key
        and principal.role = 'principal_diagnosis'
    left join {{ packs.code }} as main
        on cases.main_procedure = main.code
        and cases.pack_key = main.pack_key
        and main.role = 'main_procedure'
    {% for field in fields -%}
    left join {{ packs.range }} as of_{{ field }}
        on cases.pack_key = of_{{ field }}.pack_key
        and of_{{ field }}.field = '{{ field }}'
        and cases.{{ field }} between of_{{ field }}.low_value and of_{{ field }}.high_value
    {% endfor %}

),

others as (

    select
        codes.case_key,
        {{ bits_of_any("case when codes.role = 'other_diagnosis' and known.exclusion_no <> 0 and known.exclusion_no = singles.exclusion_no"
            ~ " then known.hits when codes.role = 'other_diagnosis' then known.counted_hits end") }} as diagnosis_hits,
        {{ bits_of_any("case when codes.role = 'other_procedure' then known.hits end") }} as procedure_hits
    from {{ codes }} as codes
    inner join singles on codes.case_key = singles.case_key
    inner join {{ packs.code }} as known
        on codes.code = known.code and codes.role = known.role and singles.pack_key = known.pack_key
    group by codes.case_key

),

keys as (

    select
        singles.case_key,
        singles.pack_key,
        singles.principal_diagnosis_class,
        singles.main_procedure_class,
        {% for field in fields -%}
        singles.{{ field }},
        {% endfor -%}
        {{ bits_either('singles.diagnosis_hits', 'others.diagnosis_hits') }} as diagnosis_hits,
        {{ bits_either('singles.procedure_hits', 'others.procedure_hits') }} as procedure_hits
    from singles
    left join others on singles.case_key = others.case_key

),

{% for kind in ['diagnosis', 'procedure'] -%}
{{ kind }}_hit_masks as (

    select
        hit.pack_key,
        hit.hits,
        {{ bits_of_all("case when " ~ bits_count(bits_both('hit.hits', 'rules.bits'))
            ~ " not between rules.at_least and rules.at_most then rules.mask else packs.all_paths end") }} as mask
    from (select distinct pack_key, {{ kind }}_hits as hits from keys) as hit
    inner join {{ packs.pack }} as packs on hit.pack_key = packs.pack_key
    left join {{ packs.hit_rule }} as rules on hit.pack_key = rules.pack_key and rules.codes = '{{ kind }}'
    group by hit.pack_key, hit.hits

),

{% endfor -%}
diagnosis_masks as (

    select
        keys.*,
        {% set mask = namespace(sql=bits_both('principal.mask', 'hit.mask')) -%}
        {% for field in fields -%}
        {% set mask.sql = bits_both(mask.sql, 'of_' ~ field ~ '.mask') -%}
        {% endfor -%}
        {{ mask.sql }} as mask
    from (
        select distinct pack_key, principal_diagnosis_class, diagnosis_hits, {{ fields | join(', ') }} from keys
    ) as keys
    inner join {{ packs.mask }} as principal
        on keys.pack_key = principal.pack_key
        and keys.principal_diagnosis_class = principal.class_no
        and principal.field = 'principal_diagnosis'
    inner join diagnosis_hit_masks as hit on keys.pack_key = hit.pack_key and keys.diagnosis_hits = hit.hits
    {% for field in fields -%}
    inner join {{ packs.mask }} as of_{{ field }}
        on keys.pack_key = of_{{ field }}.pack_key
        and keys.{{ field }} = of_{{ field }}.class_no
        and of_{{ field }}.field = '{{ field }}'
    {% endfor %}

),

procedure_masks as (

    select
        keys.*,
        {{ bits_both('main.mask', 'hit.mask') }} as mask
    from (select distinct pack_key, main_procedure_class, procedure_hits from keys) as keys
    inner join {{ packs.mask }} as main
        on keys.pack_key = main.pack_key
        and keys.main_procedure_class = main.class_no
        and main.field = 'main_procedure'
    inner join procedure_hit_masks as hit on keys.pack_key = hit.pack_key and keys.procedure_hits = hit.hits

),

{% for kind in ['diagnosis', 'procedure'] -%}
{{ kind }}_distinct as (

    select
        pack_key,
        mask,
        row_number() over (order by pack_key, mask) as mask_no
    from (select distinct pack_key, mask from {{ kind }}_masks) as masks

),

{{ kind }}_numbers as (

    select
        masks.*,
        numbered.mask_no
    from {{ kind }}_masks as masks
    inner join {{ kind }}_distinct as numbered on masks.pack_key = numbered.pack_key and masks.mask = numbered.mask

),

{% endfor -%}
cases_numbered as (

    select
        keys.case_key,
        keys.pack_key,
        keys.diagnosis_hits,
        diagnoses.mask_no as diagnosis_no,
        procedures.mask_no as procedure_no
    from keys
    inner join diagnosis_numbers as diagnoses
        on keys.pack_key = diagnoses.pack_key
        and keys.principal_diagnosis_class = diagnoses.principal_diagnosis_class
        and keys.diagnosis_hits = diagnoses.diagnosis_hits
        {% for field in fields -%}
        and keys.{{ field }} = diagnoses.{{ field }}
        {% endfor -%}
    inner join procedure_numbers as procedures
        on keys.pack_key = procedures.pack_key
        and keys.main_procedure_class = procedures.main_procedure_class
        and keys.procedure_hits = procedures.procedure_hits

),

pairs as (

    select
        pair.diagnosis_no,
        pair.procedure_no,
        {{ bits_first(bits_both('diagnoses.mask', 'procedures.mask')) }} as path_no
    from (select distinct diagnosis_no, procedure_no from cases_numbered) as pair
    inner join diagnosis_distinct as diagnoses on pair.diagnosis_no = diagnoses.mask_no
    inner join procedure_distinct as procedures on pair.procedure_no = procedures.mask_no

),

assigned as (

    select
        cases_numbered.case_key,
        cases_numbered.pack_key,
        nullif(pairs.path_no, 0) as path_no,
        case
            when {{ bits_count(bits_both('cases_numbered.diagnosis_hits', 'packs.mcc_hits')) }} > 0 then 'MCC'
            when {{ bits_count(bits_both('cases_numbered.diagnosis_hits', 'packs.cc_hits')) }} > 0 then 'CC'
            else 'none'
        end as complication
    from cases_numbered
    inner join {{ packs.pack }} as packs on cases_numbered.pack_key = packs.pack_key
    inner join pairs
        on cases_numbered.diagnosis_no = pairs.diagnosis_no
        and cases_numbered.procedure_no = pairs.procedure_no

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
