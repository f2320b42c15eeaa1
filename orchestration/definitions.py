"""Entry point of the Dagster web interface: the definitions of the home named by CASEMIX_HOME."""

from __future__ import annotations

from collections.abc import Mapping

from dagster import Definitions, definitions

from orchestration.dagster.build import build_definitions
from orchestration.dagster.resources import RESOURCE, CasemixResource
from orchestration.home import Home
from orchestration.run.project import load_manifest_json


def build_defs(resources: Mapping[str, CasemixResource]) -> Definitions:
    """Definitions for the given resources; nothing is read from the environment."""
    resource = resources[RESOURCE]
    settings = resource.settings
    return build_definitions(resource, settings, load_manifest_json(settings.warehouse_home))


@definitions
def defs() -> Definitions:
    """Definitions of the home in force."""
    return build_defs({RESOURCE: CasemixResource.of(Home.resolve())})
