{#-
    Runs the statement that makes the relation of a model, in place: tables of a run are written once into a file nobody else
    reads. The adapter's own materialization builds beside, renames, swaps and drops, which costs more than most models do.
-#}
{% macro create_in_place(relation, statement) -%}
    {{ run_hooks(pre_hooks) if pre_hooks }}
    {%- set response, no_rows = adapter.execute(statement, auto_begin=true, fetch=false) -%}
    {%- do store_result('main', response=response, agate_table=no_rows) -%}
    {{ run_hooks(post_hooks) if post_hooks }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}
