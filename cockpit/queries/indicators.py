"""Indicators of a level and subject with targets. Parameters: ``:level``, ``:subject_id``, ``:indicator_code``."""

VALUES = """
with before as (

    select level, subject_id, indicator_code, value as earlier_value
    from scored.fct_indicator
    where hospital_id = :hospital_id and month = :previous and level = :level and subject_id = :subject_id

),

compared as (

    select
        now.indicator_code,
        now.dimension,
        now.direction,
        now.numerator,
        now.denominator,
        now.value,
        before.earlier_value,
        now.value - before.earlier_value as change_value,
        now.target,
        now.is_attained,
        now.attainment,
        now.is_veto
    from scored.fct_indicator as now
    left join before on now.indicator_code = before.indicator_code
    where now.hospital_id = :hospital_id and now.month = :month and now.level = :level and now.subject_id = :subject_id

)

select * from compared
order by dimension, indicator_code
"""

SUBJECTS = """
select distinct subject_id
from scored.fct_indicator
where hospital_id = :hospital_id and month = :month and level = :level
order by subject_id
"""

COMPARED = """
select subject_id as dept_id, value, target, is_attained, attainment
from scored.fct_indicator
where hospital_id = :hospital_id and month = :month and level = 'department' and indicator_code = :indicator_code
order by case when direction = 'lower' then -value else value end, subject_id
"""
