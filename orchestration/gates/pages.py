"""Data Docs without a network: pages that name no other machine, with the few styles they need inside."""

from __future__ import annotations

import re
from pathlib import Path

FOREIGN = re.compile(
    r"""<link\b[^>]*href=["']https?://[^>]*>|<script\b[^>]*src=["']https?://[^>]*>\s*</script>|<img\b[^>]*src=["']https?://[^>]*>""",
    re.IGNORECASE,
)
LINK = re.compile(r"""(<a\b[^>]*href=)["']https?://[^"']*["']""", re.IGNORECASE)
PICTURE = re.compile(r"""url\(["']?https?://[^)]*\)""", re.IGNORECASE)
STYLE = """<style>
body{font-family:system-ui,sans-serif;margin:1.5rem;color:#222}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}
.badge-success,.text-success{color:#1a7f37}.badge-danger,.text-danger{color:#b42318}.d-none,.modal{display:none}
ul{list-style:none;padding-left:1rem}a{color:#0b5cad}
</style></head>"""


def make_self_contained(docs: Path, since: float) -> None:
    """Take foreign styles, scripts, pictures and links out of the pages written since a moment (seconds of the epoch)."""
    for page in docs.rglob("*.html"):
        if page.stat().st_mtime >= since:
            page.write_text(self_contained(page.read_text(encoding="utf-8")), encoding="utf-8")


def self_contained(text: str) -> str:
    """A page that loads nothing from elsewhere."""
    own = PICTURE.sub("none", LINK.sub(r'\1"#"', FOREIGN.sub("", text)))
    return own if STYLE in own else own.replace("</head>", STYLE, 1)
