"""Flows that nobody counted, estimated from what was counted.

    amounts             what an estimate is computed from, checked
    raking              tables with wanted margins that keep the pattern of a seed
    biproportional      many such matrices of one seed at once, in the memory of their margins
    rounding            a raked matrix in whole numbers, its margins kept
    demographic_account birthplace × residence stocks of two dates, made to agree with births and deaths
    stocks_to_flows     the flows between two such stocks: minimum migration, independence, and between
    stock_differences   flows from differences of stocks and from rates, for comparison
    net_constrained     the flows nearest to a prior whose net migration is given
    indirect_net        net migration from populations, vital events and survival ratios
    harmonisation       one flow from a sender's and a receiver's report
    mirror              how much one side counts of what the other side counts
    duration            what a report is worth on another duration of stay
    coverage            how many were missed by two lists, and how many in a list are not there

Laws: a zero of a seed or of a prior is structural and stays zero; what is asked and cannot be is refused, with the
place where it fails; a result says how near it came.
"""
