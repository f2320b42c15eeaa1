{#-
    The big fact of a month is written once: as the Parquet file the release will carry, beside the database, with a view
    over it. A table would be written a second time when the month is exported.
-#}
{% materialization leaf, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set file = target.path ~ '.' ~ this.identifier ~ '.parquet' -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        copy ({{ compiled_code }}) to '{{ file }}' (format parquet, compression zstd)
    {%- endcall -%}
    {%- do adapter.drop_relation(target_relation) -%}
    {%- call statement('view') -%}
        {{ create_view_as(target_relation, "select * from read_parquet('" ~ file ~ "')") }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
