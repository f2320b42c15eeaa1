"""How the sample hospitals hand over their tables: the contract's own form, text files, a database."""
