{#-
Holds the columns a query gives against the contract of its model. dbt's own comparison asks the engine for the types of the
contract too and looks at every pair of columns; here it only speaks when the lists differ.
-#}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- set given, agreed = [], [] -%}
    {%- for column in adapter.get_column_schema_from_query(sql) -%}
        {%- do given.append(column.name ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- do agreed.append(column.name ~ ' ' ~ column.data_type | replace(' ', '') | upper) -%}
    {%- endfor -%}
    {%- if given | sort != agreed | sort -%}
        {{ assert_columns_equivalent(sql) }}
    {%- endif -%}
{%- endmacro %}
