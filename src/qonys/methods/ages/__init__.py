"""The ages of those who move: profiles, model schedules, graduation and life tables.

    rates           rates by age out of counts and populations, and what every table by age must be
    profile         indices of an observed profile: level, peak, breadth, steepness

Laws: rates are moves per person and year; a rate without population, an index without moves and a table with a hole
are refused with the age where it is so, never taken as 0.
"""
