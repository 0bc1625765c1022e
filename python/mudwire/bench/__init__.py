"""``mudwire bench``: the times of mudwire on this machine, beside Evennia's if it is installed."""
