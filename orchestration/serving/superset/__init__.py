"""A bundle of dashboards for Apache Superset, written from `dashboards.yml` and the data dictionary."""
