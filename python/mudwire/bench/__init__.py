"""``mudwire bench``: what mudwire costs on this machine, beside Evennia where there is one."""
