{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ return(create_in_place(target_relation, create_view_as(target_relation, compiled_code))) }}
{% endmaterialization %}
