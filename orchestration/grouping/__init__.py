"""Grouper packs: check, load, compile, write for the models; group cases with the SQL the models use."""

from orchestration.grouping.check import check_pack
from orchestration.grouping.findings import Finding, PackRefused
from orchestration.grouping.load import load_pack, load_packs
from orchestration.grouping.pack import Pack
from orchestration.grouping.store import packs_in_force
from orchestration.grouping.tables import write_packs

__all__ = ["Finding", "Pack", "PackRefused", "check_pack", "load_pack", "load_packs", "packs_in_force", "write_packs"]
