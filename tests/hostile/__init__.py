"""Attacks on a running ``mudwire serve``, and what an honest player notices of them.

``make hostile`` runs them all, ``make hostile-quick`` a part in two minutes. The modules:

* ``attacks``: every attack, and every honest burst, as data and a small generator.
* ``crowd``: the attackers, all in one process.
* ``honest``: the honest players, in a process of their own.
* ``server``, ``sink``: what is attacked, and a bare server beside it that shows the machine's part.
* ``target``: how to reach it. ``variants``: how it is set up, and which attacks run there.
* ``instrument``: measures one attack; ``processes`` runs the parts on their cores, ``figures`` is
  what comes of it. ``verdict``: judges it.
"""
