{#-
Statements before and after a query of very many branches. DuckDB carries statistics of columns through a union at a cost
that grows faster than the branches: for a hundred of them planning takes longer than the query. profiles.yml names what
is left out for every query.
-#}
{% macro plan_without_statistics() -%}
    {{ return(adapter.dispatch('plan_without_statistics')()) }}
{%- endmacro %}

{% macro default__plan_without_statistics() -%}
{%- endmacro %}

{% macro duckdb__plan_without_statistics() -%}
    set disabled_optimizers = 'compressed_materialization,statistics_propagation'
{%- endmacro %}

{% macro plan_with_statistics() -%}
    {{ return(adapter.dispatch('plan_with_statistics')()) }}
{%- endmacro %}

{% macro default__plan_with_statistics() -%}
{%- endmacro %}

{% macro duckdb__plan_with_statistics() -%}
    set disabled_optimizers = 'compressed_materialization'
{%- endmacro %}
