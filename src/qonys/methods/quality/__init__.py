"""Quality and performance indicators as formulas; none knows a register or a release.

QPI stands for Eurostat, *Guidelines for the Implementation of the ESS Quality and Performance Indicators (QPI)*.
"""
