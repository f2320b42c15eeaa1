"""One run: one hospital, one month, one private database, from accepted batches to a gated release."""
