"""A crowd to rehearse a sale with: simulated fans over real HTTP and sockets, and a report of what they lived through.

command.py is the command, run.py the evening; visit.py and buying.py are what one fan does; outcome.py and figures.py
say what came of it, report.py writes it down.
"""
