"""An independent calculation of department cost, case cost, settlement and bonuses.

Plain Python on `Fraction`, written from the specification alone. It shares no code, no SQL and no macro with the
warehouse, so that a misreading in one of the two shows as a difference. Only the groups of cases are taken from the
release: grouping is checked on its own.
"""
