"""Run by Superset's own Python: import a bundle as an administrator, ask every chart, print what came back as JSON.

python ask_charts.py BUNDLE
"""

import json
import sys
from pathlib import Path

from superset.app import create_app

app = create_app()


def ask(chart):
    """Rows and error of one chart."""
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand

    context = ChartDataQueryContextSchema().load(json.loads(chart.query_context))
    (answer,) = ChartDataCommand(context).run()["queries"]
    return {"rows": answer["rowcount"], "error": answer["error"], "columns": answer["colnames"]}


def main():
    from zipfile import ZipFile

    from flask import g
    from superset import db, security_manager
    from superset.commands.dashboard.importers.v1 import ImportDashboardsCommand
    from superset.commands.importers.v1.utils import get_contents_from_bundle
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    with app.test_request_context():
        g.user = security_manager.find_user("admin")
        with ZipFile(Path(sys.argv[1])) as bundle:
            ImportDashboardsCommand(get_contents_from_bundle(bundle), overwrite=True).run()
        charts = {}
        for chart in db.session.query(Slice).all():
            try:
                charts[chart.slice_name] = ask(chart)
            except Exception as error:  # noqa: BLE001 - whatever a chart meets is the finding
                charts[chart.slice_name] = {"rows": 0, "error": f"{type(error).__name__}: {error}", "columns": []}
        pages = {page.slug: [chart.slice_name for chart in page.slices] for page in db.session.query(Dashboard).all()}
        pools = sorted({type(_pool(database)).__name__ for database in _databases(db)})
    print("ANSWER " + json.dumps({"charts": charts, "pages": pages, "pools": pools}, ensure_ascii=False))


def _databases(db):
    from superset.models.core import Database

    return db.session.query(Database).all()


def _pool(database):
    with database.get_sqla_engine() as engine:
        return engine.pool


if __name__ == "__main__":
    main()
