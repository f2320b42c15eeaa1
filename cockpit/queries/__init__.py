"""One module of SQL per page, over published marts only.

``:hospital_id``, ``:month`` and ``:previous`` (the month before) are always known; other parameters are named in the module.
"""
