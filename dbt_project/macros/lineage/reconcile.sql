{#-
The identities the declarations of models state, as one query: a row per measure and kind. Reads the declarations from the
graph, so it must know at parse time, by `ref`, which models it will name.
-#}
{% macro lineage_identities(names) -%}
{%- set ns = namespace(branches=[]) -%}
{%- for name in names -%}
    {%- set lineage = lineage_node(name).config.meta.lineage -%}
    {%- for measure in lineage_names(lineage['measure']) -%}
        {%- for kind in ['sum', 'split'] -%}
            {%- set edges = lineage_edges(lineage, measure, kind) -%}
            {%- for alike in lineage_groups(edges, kind) -%}
                {%- do ns.branches.append(lineage_identity(name, lineage, measure, kind, alike)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
{{ ns.branches | join('\nunion all\n') }}
{%- endmacro %}

{% macro lineage_node(name) -%}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ name]) }}
{%- endmacro %}

{% macro lineage_names(value) -%}
    {{ return([value] if value is string else (value or [])) }}
{%- endmacro %}

{#- Edges of one measure and kind, one measure each, that state an identity. -#}
{% macro lineage_edges(lineage, measure, kind) -%}
    {%- set found = [] -%}
    {%- for edge in lineage.get('parents', []) -%}
        {%- set targets = lineage_names(edge.get('to')) or lineage_names(lineage['measure'])[:1] -%}
        {%- set is_stated = kind == 'sum' or (edge.get('is_checked', true) and not edge.get('over') and edge['from'] != 'int_conformed__charge') -%}
        {%- if edge['kind'] == kind and measure in targets and is_stated -%}
            {%- do found.append(dict(edge, to=measure, column=edge.get('column', measure))) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Sums of a measure are one identity; splits are one for each set of columns that names a pool. -#}
{% macro lineage_groups(edges, kind) -%}
    {%- set found = {} -%}
    {%- for edge in edges -%}
        {%- set pool = '' if kind == 'sum' else edge.get('match', []) | join(',') -%}
        {%- do found.update({pool: found.get(pool, []) + [edge]}) -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}

{#- A model by its schema and name; landing, history and policy are schemas themselves. -#}
{% macro lineage_relation(name) -%}
    {{ return(name if '.' in name else lineage_node(name).schema ~ '.' ~ name) }}
{%- endmacro %}

{% macro lineage_relations(edge) -%}
    {%- set found = {edge['from']: lineage_relation(edge['from'])} -%}
    {%- for lookup in edge.get('via', {}).values() -%}
        {%- do found.update({lookup['from']: lineage_relation(lookup['from'])}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- One identity. Sums are compared per key, parts of a pool per pool, charges only in total: comparing ten million lines
    again by key would cost what building the model costs. -#}
{% macro lineage_identity(name, lineage, measure, kind, edges) -%}
{%- set is_total = edges[0]['from'] == 'int_conformed__charge' -%}
{%- set keys = edges[0]['match'] | list if kind == 'split' else ([] if is_total else lineage['key']) -%}
{%- set whose = edges | map(attribute='of') | select('string') | list -%}
{%- set of = '(' ~ whose | join(') or (') ~ ')' if whose | length == edges | length else 'true' -%}
{%- set unit = '0.5' if lineage.get('digits') == 0 else '0.' ~ '0' * lineage.get('digits', 9) ~ '5' -%}
select
    '{{ lineage_node(name).schema }}.{{ name }}' as relation,
    '{{ measure }}' as measure,
    '{{ kind ~ (' by ' ~ keys | join(', ') if kind == 'split' else '') }}' as kind,
    count(*) as checked_rows,
    count(*) filter (where abs(stated_amount - derived_amount) > {{ unit }}) as failing_rows,
    sum(stated_amount) as stated_amount,
    sum(derived_amount) as derived_amount,
    sum(case when abs(stated_amount - derived_amount) > {{ unit }} then stated_amount - derived_amount else 0 end) as difference_amount
from (
    select {{ keys | join(', ') ~ ',' if keys }} sum(stated_amount) as stated_amount, sum(derived_amount) as derived_amount
    from (
        select {% for key in keys %}child.{{ key }}, {% endfor %}1 as is_stated,
            cast({{ lineage.get('sql', {}).get(measure, 'child.' ~ measure) }} as decimal(38, 8)) as stated_amount, 0 as derived_amount
        from {{ lineage_relation(name) }} as child where {{ of }}
        {%- for edge in edges %}
        union all
        {{ lineage_derived(edge, lineage_child(name, lineage, is_total), keys, kind) }}
        {%- endfor %}
    ) as both_sides
    {{ 'group by ' ~ keys | join(', ') if keys }}
    having sum(is_stated) > 0
) as compared
{%- endmacro %}

{#- The rows a sum is looked for in; in total a key that stands twice must not count its parents twice. -#}
{% macro lineage_child(name, lineage, is_total) -%}
    {%- set relation = lineage_relation(name) -%}
    {{ return('(select distinct ' ~ lineage['key'] | join(', ') ~ ' from ' ~ relation ~ ')' if is_total else relation) }}
{%- endmacro %}

{#- What the parent rows of one edge make of it. -#}
{% macro lineage_derived(edge, child, keys, kind) -%}
{%- set relations = lineage_relations(edge) -%}
{%- set columns = [] -%}
{%- for key in keys -%}
    {%- do columns.append(lineage_matched(edge['match'], key) if kind == 'split' else 'child.' ~ key) -%}
{%- endfor -%}
{%- set rows = lineage_parents(edge, relations) ~ (' where ' ~ edge['where'] if edge.get('where') else '') if kind == 'split'
    else lineage_rows(edge, child, relations) -%}
{%- set select -%}
select {% for column in columns %}{{ column }} as {{ keys[loop.index0] }}, {% endfor %}0 as is_stated, 0 as stated_amount,
    cast(sum({{ lineage_amount(edge) }}) as decimal(38, 8)) as derived_amount
from {{ rows }}
{{ 'group by ' ~ columns | join(', ') if columns }}
{%- endset -%}
{{ lineage_decided(select) }}
{%- endmacro %}

{#- Parameters a declaration names are read from the policy in force. -#}
{% macro lineage_decided(text) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for code in ['own_basis', 'pay_basis', 'recognise_on', 'deduction_unit', 'true_up_basis', 'recognition_ratio', 'uncontrollable_ratio',
                     'inpatient_cost_stage', 'technology_inpatient_points', 'case_share_driver'] -%}
        {%- set ns.text = ns.text.replace(':' ~ code, parameter(code)) if ':' ~ code in ns.text else ns.text -%}
    {%- endfor -%}
    {%- set month = "(select month_start from " ~ source('run', 'scope') ~ ")" -%}
    {%- set ns.text = ns.text.replace(':previous_month', 'cast(' ~ dbt.dateadd('month', -1, month) ~ ' as date)').replace(':month_start', month) -%}
    {{ ns.text }}
{%- endmacro %}
