{#- Contract tables as the source YAML describes them: name, key, month column, nullability, whether late rows post. Empty while parsing. -#}
{% macro contract_tables() -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.schema == 'landing' -%}
            {%- set meta = node.config.meta -%}
            {%- set month_column = meta.get('month_column') -%}
            {%- do tables.append({
                'name': node.name,
                'relation': node.relation_name,
                'key': meta.key,
                'month_column': month_column if meta.delivery == 'month' else none,
                'may_be_open': month_column and node.columns[month_column].config.meta.nullable,
                'posts_late': meta.get('posts_late', false),
                'may_be_empty': meta.get('may_be_absent', false),
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables | sort(attribute='name')) }}
{%- endmacro %}
