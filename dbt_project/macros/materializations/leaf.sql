{#-
    The big fact of a month is written once: as the Parquet file the release will carry, beside the database, with a view
    over it. A table would be written a second time when the month is exported.
-#}
{% materialization leaf, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set file = target.path ~ '.' ~ this.identifier ~ '.parquet' -%}
    {%- set copy -%}
        copy ({{ compiled_code }}) to '{{ file }}' (format parquet, compression zstd);
    {%- endset -%}
    {%- set view = create_view_as(target_relation, "select * from read_parquet('" ~ file ~ "')") -%}
    {%- do adapter.drop_relation(target_relation) -%}
    {{ return(create_in_place(target_relation, copy ~ view)) }}
{% endmaterialization %}
