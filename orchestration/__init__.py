"""casemix: from source row to bonus, month by month."""
