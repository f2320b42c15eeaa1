"""Stand-ins for dbt's date macros, so that models can be linted without a database."""


def datediff(*_: str) -> str:
    """Any whole number."""
    return "1"


def dateadd(*_: str) -> str:
    """Any date."""
    return "cast('2025-01-01' as date)"
