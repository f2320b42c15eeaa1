"""Sources: the rows of a hospital in contract form, from folders, databases and mapped files."""

from orchestration.sources.check import CheckReport, check_delivery
from orchestration.sources.delivery import Delivery, open_deliveries
from orchestration.sources.part import Month

__all__ = ["CheckReport", "Delivery", "Month", "check_delivery", "open_deliveries"]
