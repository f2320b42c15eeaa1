{#-
Every way yuan take from charges to a journal line, read from the money edges (sum, split, adjust) of the declarations:
one row per way that can count positive, with its component. Points for work done (nature labour) are not among them.
A weight that is a column of the model is looked up in its rows; other weights are not negative.
-#}
{% macro positive_charge_paths() -%}
{%- set ns = namespace(found=[]) -%}
{%- set start = {'name': 'fct_bonus_journal', 'measure': 'amount_micro_yuan', 'sign': 1, 'path': '', 'seen': [], 'false': [], 'weights': []} -%}
{%- do lineage_descend(start, ns) -%}
{{ ns.found | join('\nunion all\n') }}
{%- endmacro %}

{#- Go down every edge of a measure; `false` holds columns known to be false for the rows that can be reached. -#}
{% macro lineage_descend(at, ns) -%}
    {%- set lineage = lineage_node(at['name']).config.meta.lineage -%}
    {%- for edge in lineage.get('parents', []) -%}
        {%- set targets = lineage_names(edge.get('to')) or lineage_names(lineage.get('measure'))[:1] -%}
        {%- set is_money = edge['kind'] in ['sum', 'split', 'adjust'] and edge.get('is_followed', true) and at['measure'] in targets -%}
        {%- if is_money and '.' not in edge['from'] and not lineage_contradicts(edge, at['false']) -%}
            {%- set weight = edge.get('weight', 1) | string -%}
            {%- set next = {
                'name': edge['from'],
                'measure': edge.get('column', at['measure']),
                'sign': -at['sign'] if weight.startswith('-') else at['sign'],
                'path': at['path'] ~ (' ← ' if at['path'] else (edge.get('of', '') | replace("child.component = ", '') | replace("'", '') ~ ' ← ')) ~ edge['from'],
                'seen': at['seen'] + [at['name'] ~ '.' ~ at['measure']],
                'false': lineage_known_false(edge, at['false']),
                'weights': at['weights'] + ([[at['name'], weight]] if weight.startswith('child.') else []),
            } -%}
            {%- if edge['from'] == 'int_conformed__charge' -%}
                {%- if edge.get('nature') != 'labour' -%}{%- do ns.found.append(lineage_path_row(next)) -%}{%- endif -%}
            {%- elif next['name'] ~ '.' ~ next['measure'] not in next['seen'] -%}
                {%- do lineage_descend(next, ns) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether an edge is about rows that cannot be reached. -#}
{% macro lineage_contradicts(edge, known_false) -%}
    {%- set ns = namespace(found=false) -%}
    {%- for column in known_false -%}
        {%- set matched = edge.get('match', {}) -%}
        {%- if edge.get('of') == 'child.' ~ column or (matched is mapping and matched.get(column) == 'true') -%}{%- set ns.found = true -%}{%- endif -%}
    {%- endfor -%}
    {{ return(ns.found) }}
{%- endmacro %}

{#- Columns of the parent that are false for every row an edge leads to. -#}
{% macro lineage_known_false(edge, known_false) -%}
    {%- set found = [] -%}
    {%- for column in edge.get('match', []) -%}
        {%- set there = (edge['match'][column] if edge['match'] is mapping else column) | string -%}
        {%- if column in known_false and there.isidentifier() -%}{%- do found.append(there) -%}{%- endif -%}
    {%- endfor -%}
    {%- for part in (edge.get('where') or '').split(' and ') if part.strip().startswith('not parent.') -%}
        {%- do found.append(part.strip() | replace('not parent.', '')) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- One way down to the charges, and whether it counts positive with the weights in force. -#}
{% macro lineage_path_row(way) -%}
    select
        '{{ way['path'] }}' as path,
        {% if way['weights'] -%}
        exists (
            select 1 from {{ ref(way['weights'][0][0]) }} as child where {{ way['sign'] }} * {{ way['weights'][0][1] }} > 0
        )
        {%- else -%}
        {{ 'true' if way['sign'] > 0 else 'false' }}
        {%- endif %} as is_positive
{%- endmacro %}
