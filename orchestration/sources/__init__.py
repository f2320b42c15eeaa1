"""Sources: the rows of a hospital in contract form, from folders, databases and mapped files."""

from orchestration.sources.delivery import Delivery, open_deliveries
from orchestration.sources.part import Month

__all__ = ["Delivery", "Month", "open_deliveries"]
