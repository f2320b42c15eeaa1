{#-
Pieces of SQL that follow one edge of a lineage declaration (docs/lineage.md). The models that are sums of their parents,
the completeness mart and `casemix trace` are all put together from these; `relations` maps what an edge names to SQL.
-#}

{#- A bare name is a column of the parent. -#}
{% macro lineage_expression(text) -%}
    {{ 'parent.' ~ text if text.isidentifier() and text not in ['true', 'false'] else text }}
{%- endmacro %}

{#- Value of a column of the child, or of a lookup, given as a list of equal names or as column: expression. -#}
{% macro lineage_matched(pairs, column) -%}
    {{ lineage_expression((pairs[column] if pairs is mapping else column) | string) }}
{%- endmacro %}

{#- Relations looked up for rows of one side; a lookup whose columns come from the child belongs to the child. -#}
{% macro lineage_lookups(edge, relations, of_child) -%}
    {%- for alias, lookup in edge.get('via', {}).items() if ('child.' in lookup['by'] | string) == of_child %}
    {{ 'left' if lookup.get('optional') else 'inner' }} join {{ relations[lookup['from']] }} as {{ alias }} on
        {%- for column in lookup['by'] %} {{ alias }}.{{ column }} = {{ lineage_matched(lookup['by'], column) }}{{ ' and' if not loop.last }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#- The parent rows with what is looked up for them, as in a from clause. -#}
{% macro lineage_parents(edge, relations) -%}
    {{ relations[edge['from']] }} as parent{{ lineage_lookups(edge, relations, false) }}
{%- endmacro %}

{#- Rows of the child with their parent rows, as in a from clause; `equals` may be `=` where no key of the child is null. -#}
{% macro lineage_rows(edge, child, relations, equals='is not distinct from') -%}
    {%- set parents = lineage_parents(edge, relations) -%}
    {{ child }} as child{{ lineage_lookups(edge, relations, true) }}
    inner join {{ '(' ~ parents ~ ')' if ' join ' in parents else parents }} on {{ lineage_match(edge, equals) }}
{%- endmacro %}

{#- When a row of the child and a parent row belong together. A key may be null on both sides. -#}
{% macro lineage_match(edge, equals) -%}
    {%- for column in edge.get('match', []) -%}
    child.{{ column }} {{ equals }} {{ lineage_matched(edge['match'], column) }}{{ ' and ' if not loop.last }}
    {%- else -%}true
    {%- endfor -%}
    {%- if edge.get('of') %} and ({{ edge['of'] }}){% endif -%}
    {%- if edge.get('where') %} and ({{ edge['where'] }}){% endif -%}
{%- endmacro %}

{#- What a parent row counts, before its weight. -#}
{% macro lineage_column(edge, sql={}) -%}
    {%- set column = edge['column'] | string -%}
    {{ sql.get(column, lineage_expression(column)) }}
{%- endmacro %}

{#- What a parent row counts. It is widened before it is weighed: DuckDB keeps the product of two short decimals short. -#}
{% macro lineage_amount(edge, sql={}) -%}
    {%- set weight = edge.get('weight', 1) | string -%}
    {%- set column = lineage_column(edge, sql) -%}
    {{ column if weight == '1' else 'cast(' ~ column ~ ' as decimal(38, 10)) * (' ~ weight ~ ')' }}
{%- endmacro %}
