{#-
The value of a scalar decision on a date: a scalar subquery over policy.parameter, to be used where few rows ask for it.

`code`       parameter_code of parameter.csv.
`data_type`  SQL type of the value.
`on_date`    SQL expression; by default the first day of the month of the run, for decisions about a month.

The word `none` stands for "no value" and becomes null, as does a code without a row.
-#}
{% macro parameter(code, data_type='varchar', on_date=none) -%}
    {%- set day = on_date or "(select scope.month_start from " ~ source('run', 'scope') ~ " as scope)" -%}
    (
        select cast(nullif(max(setting.value), 'none') as {{ data_type }})
        from {{ source('policy', 'parameter') }} as setting
        where setting.parameter_code = '{{ code }}' and {{ in_force('setting', day) }}
    )
{%- endmacro %}
