"""Gates and the release: what was checked before the month was published."""

GATES = """
select gate_id, checkpoint, severity, status, checked_rows, failing_rows, amount_yuan, figure, threshold, reason
from audit.fct_gate_result
where hospital_id = :hospital_id and month = :month
order by
    case status when 'failed' then 1 when 'waived' then 2 when 'too_early' then 3 when 'not_applicable' then 4 else 5 end,
    case checkpoint when 'received' then 1 when 'conformed' then 2 else 3 end,
    gate_id
"""

IDENTITIES = """
select count(*) as identity_count, count(*) filter (where not is_closed) as open_count, sum(checked_rows) as checked_rows
from audit.fct_reconciliation
where hospital_id = :hospital_id and month = :month
"""

COVERAGE = """
select
    table_name,
    sum(case when side = 'received' then row_count else 0 end) as received_count,
    sum(case when side = 'used' then row_count else 0 end) as used_count,
    sum(case when side not in ('received', 'used') then row_count else 0 end) as excluded_count,
    sum(case when side = 'received' then amount_yuan else 0 end) as received_yuan
from audit.fct_source_coverage
where hospital_id = :hospital_id and month = :month
group by table_name
order by received_count desc, table_name
"""

RELEASES = """
select release_id, sequence, hospital_id, month, published_at, published_by, is_simulation, git_commit
from audit.dim_release
order by sequence desc, hospital_id, month
limit 30
"""
