"""The cockpit: a read-only view of a release, from the hospital's figures down to their source rows.

Pages ask the queries of their own module over published marts and show the answers; nothing is computed here but layout.
"""
