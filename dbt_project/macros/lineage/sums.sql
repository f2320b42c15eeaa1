{#-
A model that is nothing but the sum of its parents, generated from its declaration: keys as the edges match them, and its one
measure. `relations` maps what the edges name, parents and lookups, to relations: dbt learns from it what the model reads.
-#}
{% macro lineage_sum(name, relations) -%}
{%- if execute -%}
{%- set lineage = lineage_node(name).config.meta.lineage -%}
{%- set keys = lineage['key'] | join(', ') -%}
select {{ keys }}, sum({{ lineage['measure'] }}) as {{ lineage['measure'] }}
from (
    {%- for edge in lineage_edges(lineage, lineage['measure'], 'sum') %}
    select {% for key in lineage['key'] %}{{ lineage_matched(edge['match'], key) }} as {{ key }}, {% endfor -%}
    {{ lineage_amount(edge) }} as {{ lineage['measure'] }}
    from {{ lineage_parents(edge, relations) }} {{- ' where ' ~ edge['where'] if edge.get('where') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as parent_rows
group by {{ keys }}
{%- else -%}
select null as unknown
{%- endif -%}
{%- endmacro %}
