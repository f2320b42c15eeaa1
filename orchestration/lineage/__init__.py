"""From any figure of a release to the source rows it is made of: declarations, edges, traces, audit packs."""
