{#-
Common table expressions of `assign_drg` that find the paths still open for each distinct part of a signature. Results
are `diagnosis_numbers` and `procedure_numbers`, which number the mask of each part, and `diagnosis_distinct` and
`procedure_distinct`, the masks by number.
-#}
{% macro drg_open_paths(packs, numbers) -%}
number_masks as (

    select
        combined.pack_key,
        combined.number_no,
        {% set mask = namespace(sql='of_' ~ numbers[0] ~ '.mask') -%}
        {% for field in numbers[1:] -%}
        {% set mask.sql = bits_both(mask.sql, 'of_' ~ field ~ '.mask') -%}
        {% endfor -%}
        {{ mask.sql }} as mask
    from (
        select
            {% for field in numbers -%}
            min({{ field }}_class_key) as {{ field }}_class_key,
            {% endfor -%}
            pack_key,
            number_no
        from classed
        group by pack_key, number_no
    ) as combined
    {% for field in numbers -%}
    inner join {{ packs.class }} as of_{{ field }} on combined.{{ field }}_class_key = of_{{ field }}.class_key
    {% endfor %}

),

{% for kind in ['diagnosis', 'procedure'] -%}
{{ kind }}_hit_masks as (

    select
        hit.pack_key,
        hit.hits,
        {{ bits_of_all("case when " ~ bits_count(bits_both('hit.hits', 'rules.bits'))
            ~ " not between rules.at_least and rules.at_most then rules.mask else packs.all_paths end") }} as mask
    from (select distinct pack_key, {{ kind }}_hits as hits from signatures) as hit
    inner join {{ packs.pack }} as packs on hit.pack_key = packs.pack_key
    left join {{ packs.hit_rule }} as rules on hit.pack_key = rules.pack_key and rules.codes = '{{ kind }}'
    group by hit.pack_key, hit.hits

),

{% endfor -%}
diagnosis_masks as (

    select
        part.*,
        {{ bits_both(bits_both('principal.mask', 'number_masks.mask'), 'hit.mask') }} as mask,
        case
            when {{ bits_count(bits_both('part.diagnosis_hits', 'packs.mcc_hits')) }} > 0 then 'MCC'
            when {{ bits_count(bits_both('part.diagnosis_hits', 'packs.cc_hits')) }} > 0 then 'CC'
            else 'none'
        end as complication
    from (select distinct pack_key, principal_class_key, number_no, diagnosis_hits from signatures) as part
    inner join {{ packs.pack }} as packs on part.pack_key = packs.pack_key
    inner join {{ packs.class }} as principal on part.principal_class_key = principal.class_key
    inner join number_masks on part.pack_key = number_masks.pack_key and part.number_no = number_masks.number_no
    inner join diagnosis_hit_masks as hit on part.pack_key = hit.pack_key and part.diagnosis_hits = hit.hits

),

procedure_masks as (

    select
        part.*,
        {{ bits_both('main.mask', 'hit.mask') }} as mask
    from (select distinct pack_key, main_class_key, procedure_hits from signatures) as part
    inner join {{ packs.class }} as main on part.main_class_key = main.class_key
    inner join procedure_hit_masks as hit on part.pack_key = hit.pack_key and part.procedure_hits = hit.hits

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

){{ ',' if not loop.last }}

{% endfor -%}
{%- endmacro %}
