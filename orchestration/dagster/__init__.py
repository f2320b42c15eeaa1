"""The run as Dagster assets, checks and one job. Nothing below this folder knows Dagster."""
