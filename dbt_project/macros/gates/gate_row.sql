{#-
    The one row of a gate, from two CTEs:
    `findings`  one row per failing row: sample_key text, and the column named by `amount` if the gate is about money;
    `checked`   one row: checked_rows, and whatever columns `figure` and `hint` use.
    `amount`    column of findings that is summed, or none;
    `figure`    expression over checked and failed (failing_rows, amount_yuan), or none;
    `hint`      expression that is null when the gate can be judged, or none.
-#}
{% macro gate_row(gate_id, findings='findings', checked='checked', amount=none, figure='null', hint='null') -%}
    select
        '{{ gate_id }}' as gate_id,
        scope.hospital_id,
        scope.month_start as month,
        cast(checked.checked_rows as bigint) as checked_rows,
        failed.failing_rows,
        failed.amount_yuan,
        cast({{ figure }} as decimal(38, 6)) as figure,
        failed.sample_keys,
        cast({{ hint }} as varchar) as hint
    from {{ source('run', 'scope') }} as scope
    cross join {{ checked }} as checked
    cross join (
        select
            count(*) as failing_rows,
            cast({{ 'coalesce(sum(' ~ amount ~ '), 0)' if amount else 'null' }} as decimal(38, 2)) as amount_yuan,
            {{ first_keys('sample_key') }} as sample_keys
        from {{ findings }}
    ) as failed
{%- endmacro %}

{#- Source address of a row: `his_charge[<batch_key>:<source_row>]`, followed by its key. -#}
{% macro address(table_name, key, alias=none) -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    '{{ table_name }}[' || {{ prefix }}batch_key || ':' || {{ prefix }}source_row || '] ' || {{ key }}
{%- endmacro %}

{#- Hint that names the contract tables the hospital does not deliver; null when it delivers all of them. -#}
{% macro not_delivered(tables) -%}
    (
        select 'not_applicable:' || {{ first_keys('table_name') }}
        from {{ source('run', 'delivery') }}
        where not is_delivered and table_name in ('{{ tables | join("', '") }}')
    )
{%- endmacro %}
