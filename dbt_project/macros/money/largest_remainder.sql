{#-
Split an amount over weights without losing a unit.

`relation`      CTE, relation or subquery to read; its rows are returned with one more column, `part` DECIMAL(38, unit_digits).
`amount`        column with the amount of the whole partition, the same on all its rows; at most `unit_digits` decimals.
`weight`        column with the weight of the row, any sign; at most `weight_digits` decimals.
`partition_by`  columns of one split; empty: the relation is one split.
`order_by`      key columns inside a split; they decide ties and must be unique there.
`divisor`       for weights that are fractions: a positive whole number by which the row's weight is divided; `weight` is
                then a whole number too, and `total` names the column with the (whole) sum of all weight / divisor.

A part is amount x weight / total weight truncated toward zero in the unit; the units still missing go one each to the
rows with the largest exact remainder, units too many are taken from those with the smallest. All arithmetic is on whole
numbers: |amount in units x weight in its last decimal| must stay under 10^38, beyond that the engine raises an error.
Remainders of fractions are compared on their first 27 digits. A total weight of zero with an amount to split raises an
error.
-#}
{% macro largest_remainder(relation, amount, weight, partition_by, order_by, unit_digits=2, weight_digits=6, divisor=none, total=none) -%}
{%- set split = 'partition by ' ~ partition_by | join(', ') if partition_by else '' -%}
{%- set no_weight = raise_error("'no weight to split ' || cast(" ~ amount ~ " as varchar(50)) || ' over'") -%}
{%- set ns = namespace(ranking='') -%}
{%- for block in range(3 if divisor else 1) -%}
    {%- set size = fraction_digits('lr_remainder', 'nullif(lr_total, 0)', block) if divisor else 'lr_remainder * sign(lr_total)' -%}
    {%- set ns.ranking = ns.ranking ~ 'case when lr_missing > 0 then -(' ~ size ~ ') else ' ~ size ~ ' end, ' -%}
{%- endfor -%}
select
    {{ star_except(['lr_amount', 'lr_weight', 'lr_total', 'lr_whole', 'lr_remainder', 'lr_missing', 'lr_rank']) }},
    {{ unscaled_decimal('lr_whole + case when lr_rank <= abs(lr_missing) then sign(lr_missing) else 0 end', unit_digits) }} as part
from (
    select
        *,
        row_number() over ({{ split }} order by {{ ns.ranking }}{{ order_by | join(', ') }}) as lr_rank
    from (
        select
            *,
            lr_amount - sum(lr_whole) over ({{ split }}) as lr_missing
        from (
            select
                *,
                case
                    when lr_total <> 0 then {{ truncated_quotient('lr_amount * lr_weight', 'lr_total') }}
                    when lr_amount = 0 then 0
                    else {{ no_weight }}
                end as lr_whole,
                case when lr_total = 0 then 0 else (lr_amount * lr_weight) % lr_total end as lr_remainder
            from (
                select
                    *,
                    {{ divisor ~ ' * ' ~ total if divisor else 'sum(lr_weight) over (' ~ split ~ ')' }} as lr_total
                from (
                    select
                        *,
                        {{ scaled_integer(amount, unit_digits) }} as lr_amount,
                        {{ scaled_integer(weight, 0 if divisor else weight_digits) }} as lr_weight
                    from {{ relation }}
                ) as lr_scaled
            ) as lr_totalled
        ) as lr_divided
    ) as lr_counted
) as lr_ranked
{%- endmacro %}
