"""Indices of a migration system: how many move, between whom, how far, and what it does to the areas.

A system is a matrix of flows, origins in rows and destinations in columns, and the population of its areas. The
diagonal is structural: whoever moved within an area is no migrant of the system, and no index reads that cell.
`qonys.methods.systems.summary.system_summary` tells all indices of a system at once.
"""
