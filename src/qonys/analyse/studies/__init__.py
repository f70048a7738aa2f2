"""Analyses of a release: tables and counts become arrays, a method of `qonys.methods` is applied, and a table comes out.

    study    what every analysis gets, and how its result becomes a table
    systems  indices of the migration system by year, and the effect of distance
    zones    what the choice of areas does to the indices
    ages     composition by age, and the Rogers–Castro curve
    series   seasonal adjustment and forecast of monthly counts
    delays   nowcast of months that are still filling up

Laws: an analysis reads counts as they are published and nothing else, unless its result is confidential; an index
without a value is *not applicable*, an analysis without a result is refused with its reason, never told as 0.
"""
