"""Yearly review: point table against price and cost of the items, and what the insurer paid of what was simulated."""

RECOGNITION = """
select
    compared_case_count,
    simulated_yuan,
    actual_yuan,
    year_simulated_yuan,
    year_actual_yuan,
    realisation_ratio,
    accuracy,
    recognition_ratio,
    proposed_ratio
from scored.fct_recognition_review
where hospital_id = :hospital_id and month = :month
"""

SUMMARY = """
select
    count(*) as item_count,
    sum(case when has_points then 0 else 1 end) as pointless_count,
    max(point_price_label) as point_price_label,
    max(point_price_last_year) as point_price_last_year,
    max(market_point_price) as market_point_price,
    max(mean_price_per_point) as mean_price_per_point,
    max(mean_cost_per_point) as mean_cost_per_point
from scored.fct_point_review
where hospital_id = :hospital_id and month = :month
"""

DEVIATING = """
select
    item_id,
    item_name,
    quantity,
    quantity_last_year,
    unit_points,
    unit_points_last_year,
    price_per_point,
    price_deviation,
    cost_per_point,
    cost_deviation
from scored.fct_point_review
where hospital_id = :hospital_id and month = :month and deviation_rank is not null
order by deviation_rank
limit 40
"""

WITHOUT_POINTS = """
select item_id, item_name, quantity, charged_yuan, unit_cost_yuan
from scored.fct_point_review
where hospital_id = :hospital_id and month = :month and not has_points
order by charged_yuan desc, item_id
limit 40
"""
