"""Landing: immutable, hashed batches of one hospital and month, and the views a run reads them through."""

from orchestration.landing.model import LandedFile, LandedMonth, LandedTable
from orchestration.landing.month import accept_late_batches, land_month, open_month, verify_file
from orchestration.landing.views import create_landing_views

__all__ = [
    "LandedFile",
    "LandedMonth",
    "LandedTable",
    "accept_late_batches",
    "create_landing_views",
    "land_month",
    "open_month",
    "verify_file",
]
