"""Series in time: seasonal adjustment, nowcasts of months that are still filling up, forecasts judged by calibration.

Laws: nothing here starts a program or reads a file, so a run of X-13ARIMA-SEATS is handed in; what cannot be adjusted
is refused with its reason and stays as observed; no estimate of what is not yet known goes without its interval.
"""
