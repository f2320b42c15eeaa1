"""The run as Dagster assets, checks and one job. Nothing below this folder knows Dagster."""

from mashumaro.config import BaseConfig

# dbt, which is first imported here, describes its project in hundreds of classes and would compile a reader and a writer for
# each of them; a month uses a few, which are compiled when they are called.
BaseConfig.lazy_compilation = True
