{#-
Common table expressions of `assign_drg` that reduce each case to its signature: class of the principal diagnosis, class
of the main procedure, one number for the classes of all number fields, and the sets hit by all its codes. The last one,
`signatures`, has one row per case.
-#}
{% macro drg_signatures(cases, codes, packs, numbers) -%}
classed as (

    select
        cases.case_key,
        cases.pack_key,
        coalesce(principal.exclusion_no, 0) as exclusion_no,
        coalesce(principal.class_key, packs.no_principal_diagnosis_key) as principal_class_key,
        coalesce(main.class_key, packs.no_main_procedure_key) as main_class_key,
        {% for field in numbers -%}
        coalesce(of_{{ field }}.class_key, packs.no_{{ field }}_key) as {{ field }}_class_key,
        {% endfor -%}
        {% for field in numbers -%}
        coalesce(of_{{ field }}.place, 0){{ ' + ' if not loop.last }}
        {%- endfor %} as number_no,
        {{ bits_either('coalesce(principal.hits, packs.no_hits)', 'coalesce(main.hits, packs.no_hits)') }} as hits
    from {{ cases }} as cases
    inner join {{ packs.pack }} as packs on cases.pack_key = packs.pack_key
    left join {{ packs.code }} as principal on cases.principal_code_key = principal.code_key
    left join {{ packs.code }} as main on cases.main_code_key = main.code_key
    {% for field in numbers -%}
    left join {{ packs.range }} as of_{{ field }}
        on cases.pack_key = of_{{ field }}.pack_key
        and of_{{ field }}.field = '{{ field }}'
        and cases.{{ field }} between of_{{ field }}.low_value and of_{{ field }}.high_value
    {% endfor %}

),

others as (

    select
        codes.case_key,
        {{ bits_of_any("case when known.exclusion_no <> 0 and known.exclusion_no = classed.exclusion_no"
            ~ " then known.hits else known.counted_hits end") }} as hits
    from {{ codes }} as codes
    inner join {{ packs.code }} as known on codes.code_key = known.code_key
    inner join classed on codes.case_key = classed.case_key
    group by codes.case_key

),

gathered as (

    select
        classed.case_key,
        classed.pack_key,
        classed.principal_class_key,
        classed.main_class_key,
        classed.number_no,
        {{ bits_either('classed.hits', 'others.hits') }} as hits
    from classed
    left join others on classed.case_key = others.case_key

),

signatures as (

    select
        gathered.case_key,
        gathered.pack_key,
        gathered.principal_class_key,
        gathered.main_class_key,
        gathered.number_no,
        {{ bits_both('gathered.hits', 'packs.diagnosis_hits') }} as diagnosis_hits,
        {{ bits_both('gathered.hits', 'packs.procedure_hits') }} as procedure_hits
    from gathered
    inner join {{ packs.pack }} as packs on gathered.pack_key = packs.pack_key

)
{%- endmacro %}
