{#-
What the declarations of models state, as one query. An identity sets a measure against what its parents make of it; a cover
looks from the parents: each of their rows is taken up by exactly one row of the model, or left for the reason the edge gives.
Where the parents name the whole key, the identity is both. Reads the declarations from the graph, so it must know at parse
time, by `ref`, which models it will name.
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
        {%- for alike in lineage_covers(lineage, measure) -%}
            {%- do ns.branches.append(lineage_cover(name, lineage, measure, alike)) -%}
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

{#- Edges of one measure, one measure each. Of kind `sum` or `split` those that state an identity; of kind `over` the splits of
    one pool by a rate, whose parts are not known from the pool alone. -#}
{% macro lineage_edges(lineage, measure, kind) -%}
    {%- set found = [] -%}
    {%- for edge in lineage.get('parents', []) -%}
        {%- set targets = lineage_names(edge.get('to')) or lineage_names(lineage['measure'])[:1] -%}
        {%- set states = 'over' if edge.get('over') else edge['kind'] -%}
        {%- set is_stated = edge.get('is_checked', true) and (states == 'sum' or edge['from'] != 'int_conformed__charge') -%}
        {%- if states == kind and is_stated and measure in targets -%}
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

{#- What an edge names, by relation; the sums of its parent rows stand for them where a model holds these. -#}
{% macro lineage_relations(edge) -%}
    {%- set found = {edge['from']: lineage_relation(edge.get('summed_in', edge['from']))} -%}
    {%- for lookup in edge.get('via', {}).values() -%}
        {%- do found.update({lookup['from']: lineage_relation(lookup['from'])}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Whether the parents alone say to which row each of theirs belongs: charges are compared in total, which has no key. -#}
{% macro lineage_names_whole_key(edges, lineage) -%}
    {%- set ns = namespace(whole=edges | length > 0) -%}
    {%- for edge in edges -%}
        {%- set is_keyed = edge.get('match', []) | list | sort == lineage['key'] | sort and not edge.get('of') and 'child.' not in edge | string -%}
        {%- if not is_keyed and edge['from'] != 'int_conformed__charge' -%}{%- set ns.whole = false -%}{%- endif -%}
    {%- endfor -%}
    {{ return(ns.whole) }}
{%- endmacro %}

{#- Edges whose parent rows go to the same rows of the model by the same columns, where no identity asks for all of them. -#}
{% macro lineage_covers(lineage, measure) -%}
    {%- set sums = lineage_edges(lineage, measure, 'sum') -%}
    {%- set found = {} -%}
    {%- for edge in ([] if lineage_names_whole_key(sums, lineage) else sums) + lineage_edges(lineage, measure, 'over') -%}
        {%- set whose = [edge.get('match', []) | list, edge.get('of')] | string -%}
        {%- do found.update({whose: found.get(whose, []) + [edge]}) -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}

{#- Half a unit of the last decimal, or half of what rounding leaves. -#}
{% macro lineage_unit(lineage) -%}
    {{ return('0.5' if lineage.get('digits') == 0 else '0.' ~ '0' * lineage.get('digits', 9) ~ '5') }}
{%- endmacro %}

{#- Parents of edges with the column that is counted, where it is one. -#}
{% macro lineage_counted(edges) -%}
    {%- set found = [] -%}
    {%- for edge in edges -%}
        {%- set column = edge['column'] | string -%}
        {%- do found.append(edge['from'] ~ '.' ~ column if column.isidentifier() else edge['from']) -%}
    {%- endfor -%}
    {{ return(found | unique | join(', ')) }}
{%- endmacro %}

{#- Why parent rows may be left; none where every one must be taken up. -#}
{% macro lineage_reasons(edges) -%}
    {%- set reasons = edges | map(attribute='unmatched') | select('string') | unique | join(', ') -%}
    {{ return("'" ~ reasons ~ "'" if reasons else 'cast(null as varchar)') }}
{%- endmacro %}

{#- One identity. Sums are compared per key, parts of a pool per pool, charges only in total: comparing ten million lines
    again by key would cost what building the model costs. What parents hold for a key the model does not have is missing,
    or left for a reason. -#}
{% macro lineage_identity(name, lineage, measure, kind, edges) -%}
{%- set is_total = edges[0]['from'] == 'int_conformed__charge' -%}
{%- set keys = edges[0]['match'] | list if kind == 'split' else ([] if is_total else lineage['key']) -%}
{%- set from_parents = kind == 'split' or lineage_names_whole_key(edges, lineage) -%}
{%- set whose = edges | map(attribute='of') | select('string') | list -%}
{%- set of = '(' ~ whose | join(') or (') ~ ')' if whose | length == edges | length else 'true' -%}
{%- set unit = lineage_unit(lineage) -%}
select
    '{{ lineage_node(name).schema }}.{{ name }}' as relation,
    '{{ measure }}' as measure,
    '{{ kind ~ (' by ' ~ keys | join(', ') if kind == 'split' else '') }}' as kind,
    count(*) filter (where is_taken or abs(owed_amount) > {{ unit }}) as checked_rows,
    count(*) filter (where abs(stated_amount - derived_amount) > {{ unit }}) as failing_rows,
    sum(stated_amount) as stated_amount,
    sum(derived_amount) as derived_amount,
    sum(case when abs(stated_amount - derived_amount) > {{ unit }} then stated_amount - derived_amount else 0 end) as difference_amount,
    count(*) filter (where not is_taken and left_amount <> 0) as excluded_rows,
    sum(case when is_taken then 0 else left_amount end) as excluded_amount,
    {{ lineage_reasons(edges) }} as exclusion_reason
from (
    select *, case when is_taken then owed_amount + left_amount else owed_amount end as derived_amount
    from (
        select sum(is_stated) > 0 as is_taken, sum(stated_amount) as stated_amount, sum(owed_amount) as owed_amount, sum(left_amount) as left_amount
        from (
            select {% for key in keys %}child.{{ key }}, {% endfor %}1 as is_stated,
                cast({{ lineage.get('sql', {}).get(measure, 'child.' ~ measure) }} as decimal(38, 8)) as stated_amount, 0 as owed_amount, 0 as left_amount
            from {{ lineage_relation(name) }} as child where {{ of }}
            {%- for edge in edges %}
            union all
            {{ lineage_derived(edge, lineage_relation(name), keys, from_parents) }}
            {%- endfor %}
        ) as both_sides
        {{ 'group by ' ~ keys | join(', ') if keys }}
    ) as by_key
) as compared
{%- endmacro %}

{#- Sums whose parents do not name the whole key: keys of the parents that no row of the model takes up, or more than one. -#}
{% macro lineage_cover(name, lineage, measure, edges) -%}
{%- set keys = edges[0].get('match', []) | list -%}
{%- set unit = lineage_unit(lineage) -%}
select
    '{{ lineage_node(name).schema }}.{{ name }}' as relation,
    '{{ measure }}' as measure,
    'cover of {{ lineage_counted(edges) }} by {{ keys | join(', ') or 'month' }}' as kind,
    count(*) filter (where parent_rows > 0) as checked_rows,
    count(*) filter (where is_open) as failing_rows,
    coalesce(sum(case when taken_by > 0 then amount * taken_by end), 0) as stated_amount,
    coalesce(sum(case when taken_by > 0 then amount else owed_amount end), 0) as derived_amount,
    coalesce(sum(case when not is_open then 0 when taken_by > 0 then amount * (taken_by - 1) else -owed_amount end), 0) as difference_amount,
    count(*) filter (where taken_by = 0 and left_amount <> 0) as excluded_rows,
    coalesce(sum(case when taken_by = 0 then left_amount end), 0) as excluded_amount,
    {{ lineage_reasons(edges) }} as exclusion_reason
from (
    select *, case when taken_by = 0 then abs(owed_amount) > {{ unit }} else taken_by > 1 and abs(amount) > {{ unit }} end as is_open
    from (
        select sum(is_stated) as taken_by, sum(1 - is_stated) as parent_rows, sum(owed_amount) as owed_amount, sum(left_amount) as left_amount,
            sum(owed_amount + left_amount) as amount
        from (
            select {% for key in keys %}child.{{ key }}, {% endfor %}1 as is_stated, 0 as stated_amount, 0 as owed_amount, 0 as left_amount
            from {{ lineage_relation(name) }} as child where {{ edges[0].get('of', 'true') }}
            {%- for edge in edges %}
            union all
            {{ lineage_derived(edge, none, keys, true) }}
            {%- endfor %}
        ) as both_sides
        {{ 'group by ' ~ keys | join(', ') if keys }}
    ) as by_key
    where parent_rows > 0
) as judged
{%- endmacro %}

{#- What the parent rows of one edge make of each key. Found from the parents alone, a key may be one the model does not have;
    a weight the model holds is then left out. -#}
{% macro lineage_derived(edge, child, keys, from_parents) -%}
{%- set edge = lineage_in_total(edge) if edge['from'] == 'int_conformed__charge' and not keys else edge -%}
{%- set relations = lineage_relations(edge) -%}
{%- set columns = [] -%}
{%- for key in keys -%}
    {%- do columns.append(lineage_matched(edge['match'], key) if from_parents else 'child.' ~ key) -%}
{%- endfor -%}
{%- set rows = lineage_parents(edge, relations) ~ (' where ' ~ edge['where'] if edge.get('where') else '') if from_parents
    else lineage_rows(edge, child, relations) -%}
{%- set is_weighed = not (from_parents and 'child.' in edge.get('weight', 1) | string) -%}
{%- set amount = 'cast(sum(' ~ (lineage_amount(edge) if is_weighed else lineage_column(edge)) ~ ') as decimal(38, 8))' -%}
{%- set select -%}
select {% for column in columns %}{{ column }} as {{ keys[loop.index0] }}, {% endfor %}0 as is_stated, 0 as stated_amount,
    {{ ('0 as owed_amount, ' ~ amount if edge.get('unmatched') else amount ~ ' as owed_amount, 0') }} as left_amount
from {{ rows }}
{{ 'group by ' ~ columns | join(', ') if columns }}
{%- endset -%}
{{ lineage_decided(select) }}
{%- endmacro %}

{#- An edge from charges without what only tells to which row of the model one of theirs belongs: lookups nothing but `match` uses. -#}
{% macro lineage_in_total(edge) -%}
    {%- set used = [edge.get('where', ''), edge.get('weight', 1), edge['column']] | string -%}
    {%- set via = {} -%}
    {%- for alias, lookup in edge.get('via', {}).items() if alias ~ '.' in used -%}
        {%- do via.update({alias: lookup}) -%}
    {%- endfor -%}
    {{ return(dict(edge, via=via)) }}
{%- endmacro %}

{#- Parameters a declaration names are read from the policy in force. -#}
{% macro lineage_decided(text) -%}
    {%- set ns = namespace(text=text) -%}
    {%- for code in ['own_basis', 'pay_basis', 'recognise_on', 'deduction_unit', 'true_up_basis', 'recognition_ratio', 'uncontrollable_ratio',
                     'inpatient_cost_stage', 'technology_inpatient_points', 'case_share_driver', 'weight_price', 'difficulty_price', 'surplus_share'] -%}
        {%- set ns.text = ns.text.replace(':' ~ code, parameter(code)) if ':' ~ code in ns.text else ns.text -%}
    {%- endfor -%}
    {%- set month = "(select month_start from " ~ source('run', 'scope') ~ ")" -%}
    {%- set ns.text = ns.text.replace(':previous_month', 'cast(' ~ dbt.dateadd('month', -1, month) ~ ' as date)').replace(':month_start', month) -%}
    {{ ns.text }}
{%- endmacro %}
