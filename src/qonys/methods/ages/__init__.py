"""The ages of those who move: profiles, model schedules, graduation and life tables.

    rates           rates by age out of counts and populations, and what every table by age must be
    profile         indices of an observed profile: level, peak, breadth, steepness
    model_schedule  the Rogers–Castro curve of 7, 9, 11 or 13 parameters, and indices of its parameters
    derivatives     first and second derivatives of that curve
    priors          what is believed of the parameters before the data are seen
    likelihoods     how well a curve agrees with counts or with rates
    posterior       data and priors together
    starts          where the search for the best curve begins
    descent         the search itself
    fitting         the fitted curve, from counts or from rates
    identifiability intervals of a fitted curve, and what the data could not tell
    graduation      single ages out of groups of ages
    expectancy      moves that a person may expect in the rest of life
    life_table      the multiregional life table: years lived by region

Laws: rates are moves per person and year; a rate without population, an index without moves and a table with a hole
are refused with the age where it is so, never taken as 0.
"""
