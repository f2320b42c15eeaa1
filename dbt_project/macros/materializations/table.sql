{#- A second run over the same file begins by removing what the first one left. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- set statement = create_table_as(false, target_relation, compiled_code) -%}
    {{ return(create_in_place(target_relation, stored_plain(statement) if config.get('meta', {}).get('is_stored_plain') else statement)) }}
{% endmaterialization %}
