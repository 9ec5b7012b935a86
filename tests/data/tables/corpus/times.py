"""Forms of times, orders of day, month and year, and how the column of times is found."""
from datetime import datetime, timedelta

from corpus.table import at, days, formed, hours, lines, months, read, refuse, span, wave

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = {"1 hour": HOUR, "1 day": DAY, "1 week": 7 * DAY, "10 minutes": timedelta(minutes=10),
         "3 hours": 3 * HOUR, "30 minutes": HOUR / 2}


def add_tables():
    iso_forms()
    orders()
    undecided()
    names_of_months()
    months_quarters_weeks_years()
    stamps()
    since_1970()
    times_of_day()
    options()
    several_columns()
    no_times()
    no_such_day()


def accept(name, why, cells, times, step, next=None, header="time,y", sep=",", **more):
    y = wave(len(times))
    cells = [f'"{cell}"' if sep in str(cell) else cell for cell in cells]
    read(name, why, lines(header.replace(",", sep), cells, y, sep=sep), times, {"y": y}, step,
         next or STEPS.get(step), **more)


def reject(name, why, cells, line=0, words=(), header="time,y", **more):
    cells = [f'"{cell}"' if "," in str(cell) else cell for cell in cells]
    refuse(name, why, lines(header, cells, wave(len(cells))), line, words, **more)


def iso_forms():
    h, d = hours(48, "2016-06-30T12:00"), days(40, "2016-06-20")
    for name, why, form in [
            ("t", "T between date and time of day", "%Y-%m-%dT%H:%M"),
            ("seconds", "seconds that are all zero", "%Y-%m-%d %H:%M:%S"),
            ("milliseconds_zero", "milliseconds that are all zero", "%Y-%m-%dT%H:%M:%S.000"),
            ("hour_alone", "the hour alone", "%Y-%m-%d %H"),
            ("slashes", "slashes, the year first", "%Y/%m/%d %H:%M"),
            ("basic", "basic form", "%Y%m%dT%H%M%S"),
            ("basic_minutes", "basic form without seconds", "%Y%m%dT%H%M"),
            ("ordinal_and_time", "day of the year and time of day", "%Y-%jT%H:%M")]:
        accept(f"iso_{name}", why, formed(h, form), h, "1 hour")
    accept("iso_dates", "days", formed(d, "%Y-%m-%d"), d, "1 day")
    accept("iso_dates_midnight_written", "days with midnight written out", formed(d, "%Y-%m-%d 00:00:00"), d, "1 day")
    accept("iso_no_leading_zeros", "months and days of one digit", [f"{t.year}-{t.month}-{t.day}" for t in d], d,
           "1 day")
    accept("iso_slashes_no_leading_zeros", "the same with slashes and the time of day",
           [f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}" for t in h], h, "1 hour")
    leap = days(40, "2016-12-15")
    accept("iso_ordinal_leap_year", "days of the year over the end of a leap year: 366, then 001",
           formed(leap, "%Y-%j"), leap, "1 day")
    fine = span("2016-07-01T13:30:05", 60, milliseconds=250)
    accept("iso_fractions", "four rows a second", [t.isoformat(timespec="milliseconds") for t in fine], fine,
           "0.25 seconds", timedelta(milliseconds=250))
    tenth = span("2016-07-01T13:30:05", 60, milliseconds=100)
    accept("iso_fractions_one_digit", "ten rows a second, one digit, none where it is zero",
           [t.strftime("%Y-%m-%d %H:%M:%S") + (f".{t.microsecond // 100000}" if t.microsecond else "") for t in tenth],
           tenth, "0.1 seconds", timedelta(milliseconds=100))
    micro = span("2016-07-01T13:30:05", 60, microseconds=500)
    accept("iso_microseconds", "2000 rows a second, six digits", [t.isoformat(timespec="microseconds") for t in micro],
           micro, "0.0005 seconds", timedelta(microseconds=500))
    mixed = [t.strftime("%Y-%m-%d" if t.hour == 0 else "%Y-%m-%d %H:%M") for t in h]
    accept("iso_midnight_without_time", "a program that leaves midnight out: the cell is midnight", mixed, h, "1 hour")
    leap = days(40, "2024-02-10")
    accept("iso_leap_day", "29 February of a leap year", formed(leap, "%Y-%m-%d"), leap, "1 day")
    old = days(40, "1900-02-10")
    accept("iso_1900_is_no_leap_year", "1 March 1900 follows 28 February", formed(old, "%Y-%m-%d"), old, "1 day")
    even = days(40, "2000-02-10")
    accept("iso_2000_is_a_leap_year", "29 February 2000 was", formed(even, "%Y-%m-%d"), even, "1 day")
    century = months(40, "1898-01-01", 1)
    accept("iso_before_1970", "months over 1900", formed(century, "%Y-%m-%d"), century, "1 month",
           months(42, "1898-01-01")[40:])


def dm(times, form="{d:02d}/{m:02d}/{y}"):
    """Day and month in the writer's order, with or without zeros in front."""
    return [form.format(d=t.day, m=t.month, y=t.year, yy=t.year % 100, t=t) for t in times]


DAY_FIRST, MONTH_FIRST = "{d:02d}/{m:02d}/{y}", "{m:02d}/{d:02d}/{y}"


def orders():
    d, h = days(40, "2016-06-20"), hours(48, "2016-07-14T12:00")
    accept("day_first_points", "01.07.2016", formed(d, "%d.%m.%Y"), d, "1 day", header="Datum,y")
    accept("day_first_points_no_zeros_hourly", "1.7.2016 13:30", dm(h, "{d}.{m}.{y} {t:%H:%M}"), h, "1 hour",
           header="Zeitpunkt,y")
    accept("day_first_slashes", "20/06/2016: no month has the number 20", dm(d), d, "1 day")
    accept("day_first_dashes_two_digit_year", "20-06-16", dm(d, "{d:02d}-{m:02d}-{yy:02d}"), d, "1 day")
    accept("day_first_points_two_digit_year", "20.06.16 12:00", dm(h, "{d:02d}.{m:02d}.{yy:02d} {t:%H:%M}"), h,
           "1 hour")
    accept("month_first_slashes", "06/20/2016", dm(d, MONTH_FIRST), d, "1 day")
    accept("month_first_two_digit_year_am_pm", "7/14/16 1:00 PM",
           [f"{t.month}/{t.day}/{t.year % 100} {t:%I:%M %p}".replace(" 0", " ") for t in h], h, "1 hour")
    accept("month_first_dashes", "06-20-2016", dm(d, "{m:02d}-{d:02d}-{y}"), d, "1 day")
    late = days(40, "2023-02-01")
    late = [t for t in late if t.day <= 12] + [datetime(2023, 3, 13)]
    accept("day_first_decided_late", "every day is below 13 but the last one, 13/03/2023, in row 25",
           dm(late), late, "1 day", [datetime(2023, 3, 14), datetime(2023, 3, 15)], gaps=16)
    dense = span("2023-02-01", 100, hours=3)
    accept("day_first_decided_by_the_13th", "12 days of three-hourly rows, then the 13th",
           dm(dense, DAY_FIRST + " {t:%H:%M}"), dense, "3 hours")
    accept("month_first_decided_by_the_13th", "the same, month first", dm(dense, MONTH_FIRST + " {t:%H:%M}"), dense,
           "3 hours")
    pieces = days(8, "2023-03-05") + days(12, "2023-04-01")
    accept("day_first_decided_by_order", "05/03 to 12/03, then 01/04: month first would fall back to January",
           dm(pieces), pieces, "1 day", DAY, gaps=19)
    accept("month_first_decided_by_order", "03/05 to 03/12, then 04/01", dm(pieces, MONTH_FIRST), pieces, "1 day", DAY,
           gaps=19)
    three_years = months(36, "2021-01-01")
    accept("day_first_decided_by_the_grid", "first days of 36 months; month first would be 12 days a year",
           dm(three_years), three_years, "1 month", months(38, "2021-01-01")[36:])
    four = hours(96, "2023-02-01")
    accept("day_first_hours_decided_by_the_grid", "four days of hours; month first would be one day of each month",
           dm(four, DAY_FIRST + " {t:%H:%M}"), four, "1 hour")
    down = list(reversed(dm(days(40, "2016-06-20"))))
    y = wave(40)
    read("day_first_newest_first_sort", "newest first and day first, sorted by option",
         lines("Datum,y", down, reversed(y)), d, {"y": y}, "1 day", DAY, options="--sort", says=["sorted"])
    refuse("day_first_newest_first_refused", "newest first, under a name that is no English word for time",
           lines("Datum,y", down, reversed(y)), 3, ["--sort"])


def undecided():
    year = months(12, "2023-01-01")
    both = ["--time-format"]
    reject("day_or_month_first_one_year_refused", "01/01 to 01/12: twelve months or twelve days", dm(year), 0, both)
    reject("day_or_month_first_days_refused", "01/02 to 12/02: twelve days or twelve months",
           dm(days(12, "2023-02-01")), 0, both)
    reject("day_or_month_first_in_name_date_refused", "the same under the name date", dm(year), 0, both,
           header="date,y")
    accept("day_first_said", "twelve months, said by option", dm(year), year, "1 month", months(14, "2023-01-01")[12:],
           options="--time-format %d/%m/%Y")
    other = days(12, "2023-01-01")
    accept("month_first_said", "the same file, read as twelve days by option", dm(year), other, "1 day",
           options="--time-format %m/%d/%Y")
    two = days(40, "2016-06-20")
    cells = dm(two[:30]) + dm(days(10, "2016-07-20"), MONTH_FIRST)
    reject("orders_mixed_refused", "day first, and month first from one row on: no order fits", cells, 32,
           ["07/20/2016"])
    years = days(20, "1968-12-20")
    reject("two_digit_years_fall_refused", "31.12.68 is 2068 and 01.01.69 is 1969: the times fall",
           dm(years, "{d:02d}.{m:02d}.{yy:02d}"), 14)
    past = days(40, "1999-12-10")
    accept("two_digit_years_over_2000", "31.12.99, then 01.01.00", dm(past, "{d:02d}.{m:02d}.{yy:02d}"), past, "1 day")


def names_of_months():
    d, h = days(40, "2016-06-20"), hours(48, "2016-06-30T12:00")
    for name, why, form, times, step in [
            ("short", "01 Jul 2016", "%d %b %Y", d, "1 day"),
            ("dashes", "01-Jul-2016", "%d-%b-%Y", d, "1 day"),
            ("dashes_two_digit_year", "01-Jul-16", "%d-%b-%y", d, "1 day"),
            ("american", "Jul 01, 2016, quoted", "%b %d, %Y", d, "1 day"),
            ("full", "01 July 2016", "%d %B %Y", d, "1 day"),
            ("full_american", "July 01, 2016, quoted", "%B %d, %Y", d, "1 day"),
            ("mail", "Fri, 01 Jul 2016 13:00:00, quoted", "%a, %d %b %Y %H:%M:%S", h, "1 hour"),
            ("mail_gmt", "Fri, 01 Jul 2016 13:00:00 GMT", "%a, %d %b %Y %H:%M:%S GMT", h, "1 hour"),
            ("with_time", "01-Jul-2016 13:00", "%d-%b-%Y %H:%M", h, "1 hour")]:
        accept(f"month_names_{name}", why, formed(times, form), times, step,
               **({"clock": "UTC"} if name == "mail_gmt" else {}))
    accept("month_names_upper", "01JUL2016", [t.strftime("%d%b%Y").upper() for t in d], d, "1 day")
    accept("month_names_lower", "1 jul 2016", [f"{t.day} {t:%b %Y}".lower() for t in d], d, "1 day")
    reject("month_names_german_refused", "months in German, under a name that is one for times",
           [t.strftime("%d. %b %Y").replace("Jun", "Juni").replace("Jul", "Juli") for t in d], 2,
           ["--time-format", "--time none"], header="date,y")


def months_quarters_weeks_years():
    m = months(40, "2016-07-01")
    after = months(42, "2016-07-01")[40:]
    for name, why, form in [("iso", "2016-07", "%Y-%m"), ("slash", "2016/07", "%Y/%m"),
                            ("month_first", "07/2016", "%m/%Y"), ("names", "Jul 2016", "%b %Y"),
                            ("names_two_digit_year", "Jul-16", "%b-%y"), ("full_names", "July 2016", "%B %Y"),
                            ("statistics_office", "2016M07", "%YM%m")]:
        accept(f"months_{name}", why, formed(m, form), m, "1 month", after)
    accept("months_digits_under_month", "201607 where the name says month", formed(m, "%Y%m"), m, "1 month", after,
           header="month,y")
    accept("months_digits_under_period", "201607 where the name says period", formed(m, "%Y%m"), m, "1 month", after,
           header="period,y")
    q = months(30, "2016-07-01", 3)
    after = months(32, "2016-07-01", 3)[30:]
    quarter = [(t.year, t.month // 3 + 1) for t in q]
    for name, why, form in [("q", "2016Q3", "{}Q{}"), ("dash", "2016-Q3", "{}-Q{}")]:
        accept(f"quarters_{name}", why, [form.format(*yq) for yq in quarter], q, "3 months", after)
    accept("quarters_first", "Q3 2016", [f"Q{n} {year}" for year, n in quarter], q, "3 months", after)
    dates = months(30, "1947-01-01", 3)
    accept("quarters_as_dates", "the first day of every quarter", formed(dates, "%Y-%m-%d"), dates, "3 months",
           months(32, "1947-01-01", 3)[30:], header="DATE,y")
    w = [at("2020-11-02") + 7 * i * DAY for i in range(20)]
    week = ["{}-W{:02d}".format(*t.isocalendar()[:2]) for t in w]
    accept("weeks_53", "2020-W53 lies before 2021-W01", week, w, "1 week")
    accept("weeks_basic", "2020W53", [cell.replace("-", "") for cell in week], w, "1 week")
    friday = [t + 4 * DAY for t in w]
    accept("weeks_with_day", "2020-W53-5 is a Friday", [f"{cell}-5" for cell in week], friday, "1 week")
    short = [at("2021-11-01") + 7 * i * DAY for i in range(20)]
    accept("weeks_52", "2021-W52 lies before 2022-W01", ["{}-W{:02d}".format(*t.isocalendar()[:2]) for t in short],
           short, "1 week")
    reject("weeks_53_of_a_short_year_refused", "2021 has no week 53",
           ["2021-W50", "2021-W51", "2021-W52", "2021-W53", "2022-W01", "2022-W02"], 5, ["2021-W53"])
    y = [datetime(year, 1, 1) for year in range(1870, 1930)]
    accept("years_under_year", "whole numbers that are years where the name says so", [t.year for t in y], y, "1 year",
           [datetime(1930, 1, 1), datetime(1931, 1, 1)], header="year,y")
    values = wave(60)
    read("years_under_another_name", "the same numbers under another name are a column of numbers",
         lines("cohort,y", [t.year for t in y], values), columns={"cohort": [t.year for t in y], "y": values},
         step="none")
    decades = [datetime(year, 1, 1) for year in range(1790, 2030, 10)]
    accept("years_ten_apart", "a census every ten years", [t.year for t in decades], decades, "10 years",
           [datetime(2030, 1, 1), datetime(2040, 1, 1)], header="Year,y")


def stamps():
    d, h, m = days(40, "2016-06-20"), hours(48, "2016-06-30T12:00"), span("2016-06-30T20:00", 60, minutes=10)
    for name, why, form, times, step in [
            ("days", "20160701", "%Y%m%d", d, "1 day"), ("hours", "2016070113", "%Y%m%d%H", h, "1 hour"),
            ("minutes", "201607011330", "%Y%m%d%H%M", m, "10 minutes"),
            ("seconds", "20160701133000", "%Y%m%d%H%M%S", m, "10 minutes"),
            ("two_digit_year", "1607011330 leaves no grid as seconds since 1970", "%y%m%d%H%M", m, "10 minutes")]:
        accept(f"stamps_{name}", f"{why}, under a name that says nothing of times", formed(times, form), times, step,
               header="id,y")
        if name in ("hours", "two_digit_year"):
            accept(f"stamps_{name}_under_time", f"{why}, under the name time", formed(times, form), times, step)
    longer = hours(100, "2023-01-29T12:00")
    accept("stamps_hours_over_month_end", "2023013123, then 2023020100", formed(longer, "%Y%m%d%H"), longer, "1 hour",
           header="MESS_DATUM,y")
    weather = h[:30]
    read("weather_service", "a weather service's file: numbers with blanks in front, -999, a last column of text",
         lines("STATIONS_ID;MESS_DATUM;QN_9;TT_TU;eor", [f"{433:11d}"] * 30, formed(weather, "%Y%m%d%H"),
               ["    3"] * 30,
               [f"{v / 10:8.1f}" if i % 9 else "  -999.0" for i, v in enumerate(wave(30))], ["eor"] * 30, sep=";"),
         weather, {"STATIONS_ID": [433] * 30, "QN_9": [3] * 30,
                   "TT_TU": [float(f"{v / 10:.1f}") if i % 9 else -999 for i, v in enumerate(wave(30))]},
         "1 hour", HOUR, text=["eor"], notes=["holds -999 4 times"])
    numbers = [10000001 + 7 * i for i in range(40)]
    read("stamps_or_numbers", "eight digits that are no days stay numbers", lines("y,x", numbers, wave(40)),
         columns={"y": numbers, "x": wave(40)}, step="none")
    cells = formed(d, "%Y%m%d")
    cells[15] = "20160635"
    reject("stamps_no_such_day_refused", "20160635 under the name date", cells, 17, ["20160635"], header="date,y")


def since_1970():
    h = hours(48, "2020-12-03T12:00")
    seconds = [int((t - datetime(1970, 1, 1)).total_seconds()) for t in h]
    for name, factor in [("seconds", 1), ("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9)]:
        accept(f"unix_{name}", f"{name} since 1970 by their size", [s * factor for s in seconds], h, "1 hour",
               header="timestamp,y", clock="UTC")
    accept("unix_seconds_unnamed", "seconds since 1970 in an unnamed first column", seconds, h, "1 hour", header=",y")
    accept("unix_seconds_point_zero", "seconds since 1970 as a program of floating point writes them",
           [f"{s}.0" for s in seconds], h, "1 hour")
    tenth = span("2020-12-03T12:00", 60, milliseconds=100)
    accept("unix_fractions", "tenths of seconds since 1970", [f"{seconds[0] + i / 10:.1f}" for i in range(60)], tenth,
           "0.1 seconds", timedelta(milliseconds=100))
    micro = span("2020-12-03T12:00", 60, microseconds=250)
    accept("unix_fractions_microseconds", "6 digits behind the point",
           [f"{seconds[0]}.{i * 250:06d}" for i in range(60)],
           micro, "0.00025 seconds", timedelta(microseconds=250))
    old = days(40, "1955-01-10")
    accept("unix_before_1970", "negative seconds",
           [int((t - datetime(1970, 1, 1)).total_seconds()) for t in old], old, "1 day", header="epoch,y")
    ten = span("2020-12-03T15:40", 60, minutes=10)
    accept("unix_not_stamps", "1607013000 has 10 digits and would be hour 30 of 1 July 2016",
           [int((t - datetime(1970, 1, 1)).total_seconds()) for t in ten], ten, "10 minutes")
    y = wave(48)
    read("unix_under_another_name", "large numbers under a name that says nothing of times stay numbers",
         lines("counter,y", seconds, y), columns={"counter": seconds, "y": y}, step="none")
    accept("unix_ms_said", "the unit by option, under any name", [s * 1000 for s in seconds], h, "1 hour",
           header="t_ms,y", options="--time t_ms --time-format unix-ms")
    serial = [f"{44927 + i}" for i in range(40)]
    accept("excel_days", "days since 1899-12-30 by option", serial, days(40), "1 day", header="date,y",
           options="--time-format excel")
    parts = [f"{44927 + i / 24:.10f}" for i in range(48)]
    accept("excel_hours", "24ths of days with ten decimals, rounded to what was meant", parts, hours(48), "1 hour",
           header="date,y", options="--time-format excel")
    reject("excel_days_refused", "44927 under the name date: neither seconds since 1970 nor a form of dates",
           serial, 0, ["excel"], header="date,y")


def times_of_day():
    h = hours(72, "2016-06-30T12:00")
    end = [t - DAY if t.hour == 0 else t for t in h]
    accept("midnight_as_24", "24:00 is the end of the day", [f"{e:%Y-%m-%d} {t.hour or 24:02d}:00"
           for e, t in zip(end, h)], h, "1 hour")
    accept("midnight_as_24_day_first", "31.12.2016 24:00 is the new year",
           [f"{(t - DAY if t.hour == 0 else t):%d.%m.%Y} {t.hour or 24:02d}:00" for t in hours(72, "2016-12-30T12:00")],
           hours(72, "2016-12-30T12:00"), "1 hour")
    reject("hour_25_refused", "25:00 is no time of day", [*formed(h[:10]), "2016-06-30 25:00", *formed(h[11:])], 12,
           ["25:00"])
    reject("time_past_24_refused", "24:30 is no time of day", [*formed(h[:12]), "2016-06-30 24:30", *formed(h[13:])],
           14,
           ["24:30"])
    half = span("2016-06-30T22:00", 60, minutes=30)
    accept("am_pm", "12:30 AM is half past midnight, 12:30 PM half past noon",
           [t.strftime("%Y-%m-%d %I:%M %p") for t in half], half, "30 minutes")
    accept("am_pm_small_no_blank", "1:30pm", [f"{t:%Y-%m-%d} {(t.hour + 11) % 12 + 1}:{t:%M%p}".lower() for t in half],
           half, "30 minutes")
    y = wave(72)
    rest = {"times": h, "columns": {"y": y}, "step": "1 hour", "next": HOUR}
    read("date_and_time_columns", "date and time of day in two columns",
         lines("date,time,y", formed(h, "%Y-%m-%d"), formed(h, "%H:%M"), y), **rest)
    read("date_and_time_columns_day_first", "Datum, Uhrzeit, day first, semicolons",
         lines("Datum;Uhrzeit;y", formed(h, "%d.%m.%Y"), formed(h, "%H:%M:%S"), y, sep=";"), **rest)
    read("date_and_time_columns_am_pm", "the time of day with AM and PM",
         lines("Date,Time,y", formed(h, "%m/%d/%Y"), formed(h, "%I:%M:%S %p"), y), **rest)
    read("date_and_time_columns_far_apart", "columns of numbers between the two",
         lines("date,x,y,clock", formed(h, "%Y-%m-%d"), wave(72, 3), y, formed(h, "%H:%M")), h,
         {"x": wave(72, 3), "y": y}, "1 hour", HOUR)
    read("date_and_hour_columns", "hours 0 to 23 in a column",
         lines("date,hour,y", formed(h, "%Y-%m-%d"), [t.hour for t in h], y), **rest)
    day, hour = zip(*[(e, t.hour or 24) for e, t in zip(end, h)])
    read("date_and_hour_columns_1_to_24", "hours 1 to 24: the end of each hour",
         lines("date,hour,y", formed(day, "%Y-%m-%d"), hour, y), **rest)
    read("date_and_hour_columns_1_to_24_caps", "the same, HE for hour ending said by option",
         lines("DATE,HE,y", formed(day, "%m/%d/%Y"), hour, y), options="--time DATE,HE", **rest)
    d = days(40)
    read("date_and_time_of_measurement", "dates that do not repeat beside a constant time of day",
         lines("date,at,y", formed(d, "%Y-%m-%d"), ["07:30"] * 40, wave(40)), d, {"y": wave(40)}, "1 day", DAY)
    read("year_month_day_hour_columns", "four columns from the year down",
         lines("year,month,day,hour,y", *[[getattr(t, part) for t in h] for part in ("year", "month", "day", "hour")],
               y),
         **rest)
    read("year_month_day_columns", "three columns, blanks between cells",
         lines("year month day y", *[[getattr(t, part) for t in d] for part in ("year", "month", "day")], wave(40),
               sep=" "), d, {"y": wave(40)}, "1 day", DAY)
    m = months(40)
    read("year_month_columns", "two columns", lines("Year,Month,y", [t.year for t in m], [t.month for t in m],
                                                    wave(40)),
         m, {"y": wave(40)}, "1 month", months(42)[40:])
    minutes = span("2016-06-30T22:00", 60, minutes=10)
    read("year_to_minute_columns", "five columns", lines("year,month,day,hour,minute,y", *[[getattr(t, part)
         for t in minutes] for part in ("year", "month", "day", "hour", "minute")], wave(60)), minutes,
         {"y": wave(60)}, "10 minutes", timedelta(minutes=10))
    air = lines("No,year,month,day,hour,pm2.5,cbwd", range(1, 73), *[[getattr(t, part) for t in h]
                for part in ("year", "month", "day", "hour")], y, ["NW"] * 72)
    read("air_quality", "a well-known file of air quality: row numbers with a name, parts of times, a column of text",
         air, h, {"No": list(range(1, 73)), "pm2.5": y}, "1 hour", HOUR, text=["cbwd"])
    reject("time_of_day_alone_refused", "times of day without a date", formed(hours(24), "%H:%M"), 0, ["--time none"])


def options():
    d, h = days(40, "2016-06-20"), hours(48, "2016-06-30T12:00")
    for name, form, times, step in [("underscore", "%Y_%m_%d_%H_%M", h, "1 hour"),
                                    ("words", "day %d of month %m in %Y", d, "1 day"),
                                    ("year_last_two_digits_first", "%y/%m/%d", d, "1 day"),
                                    ("twelve_hours", "%I:%M %p on %d %b %Y", h, "1 hour"),
                                    ("ordinal", "%Y.%j", d, "1 day"),
                                    ("iso_week", "%G week %V day %u", d, "1 day"),
                                    ("weekday_names", "%A %d %B %Y", d, "1 day")]:
        accept(f"time_format_{name}", f"a form that only the option says: {form}", formed(times, form), times, step,
               options=f"--time-format '{form}'")
    fine = span("2016-07-01T13:30:05", 60, milliseconds=250)
    accept("time_format_fraction", "fractions by %f", [t.strftime("%H:%M:%S.%f|%d.%m.%Y") for t in fine], fine,
           "0.25 seconds", timedelta(milliseconds=250), options="--time-format '%H:%M:%S.%f|%d.%m.%Y'")
    q = months(30, "2016-07-01", 3)
    accept("time_format_quarter", "quarters by %q", [f"{t.month // 3 + 1}. quarter {t.year}" for t in q], q, "3 months",
           months(32, "2016-07-01", 3)[30:], options="--time-format '%q. quarter %Y'")
    accept("time_format_offset", "offsets by %z", formed(h, "%d/%m/%Y %H:%M +0200"), h, "1 hour",
           options="--time-format '%d/%m/%Y %H:%M %z'", clock="+02:00")
    cells = formed(d, "%d/%m/%Y")
    cells[20] = "2016-07-10"
    reject("time_format_does_not_fit_refused", "a cell that the form does not read", cells, 22, ["2016-07-10"],
           options="--time-format %d/%m/%Y")
    reject("time_format_rest_refused", "a cell with more behind what the form reads",
           [cell + " 00:00" for cell in formed(d, "%d/%m/%Y")], 2, ["00:00"], options="--time-format %d/%m/%Y")
    reject("time_format_unknown_directive_refused", "a directive that there is not", formed(d, "%d/%m/%Y"), 0, ["%Q"],
           options="--time-format %d/%m/%Q")
    reject("time_option_no_such_column_refused", "a name that no column has", formed(d, "%Y-%m-%d"), 0, ["date"],
           options="--time date")
    refuse("time_option_column_of_text_refused", "a column without a time in it",
           lines("date,place,y", formed(d, "%Y-%m-%d"), ["Oslo"] * 40, wave(40)), 2, ["Oslo"], options="--time place")
    intervals = [f"{t:%d.%m.%Y %H:%M} - {t + HOUR:%d.%m.%Y %H:%M}" for t in h]
    reject("intervals_refused", "a market's intervals from .. to", intervals, 2, ["--time-format"],
           header="MTU (CET/CEST),y")
    reject("unknown_form_under_date_refused", "a form that nobody knows, under the name date",
           [f"d{i:03d}" for i in range(40)], 2, ["--time-format", "--time none"], header="date,y")
    y = wave(40)
    read("unknown_form_time_none", "the same, left out by option", lines("date,y", [f"d{i:03d}" for i in range(40)], y),
         columns={"y": y}, step="none", options="--time none")


def several_columns():
    h, y = hours(48), wave(48)
    later = [t + timedelta(minutes=5) for t in h]
    rest = {"times": h, "columns": {"y": y}, "step": "1 hour", "next": HOUR}
    two = lines("created,updated,y", formed(h), formed(later), y)
    refuse("two_time_columns_refused", "two columns of times, neither called so", two, 0, ["created", "updated",
           "--time"])
    read("two_time_columns_said", "the column by option", two, options="--time created", **rest)
    read("two_time_columns_one_called_date", "the only one of the two that is called date",
         lines("due,date,y", formed(later), formed(h), y), **rest)
    refuse("two_time_columns_both_names_refused", "time and timestamp, both whole times",
           lines("time,timestamp,y", formed(h), formed(later), y), 0, ["time", "timestamp", "--time"])
    market = lines("Datum von;Datum bis;Netzlast [MWh]", formed(h, "%d.%m.%Y %H:%M"),
                   formed([t + HOUR for t in h], "%d.%m.%Y %H:%M"),
                   [f"{v * 100 + 40000.5:,.2f}".translate(str.maketrans(",.", ".,")) for v in y], sep=";")
    refuse("market_from_and_to_refused", "a market's file: beginning and end of every hour", market, 0,
           ["Datum von", "Datum bis", "--time"], options="--thousands . --decimal ,")
    read("market_from_and_to", "the same by options", market, h, {"Netzlast [MWh]": [v * 100 + 40000.5 for v in y]},
         "1 hour", HOUR, options="--time 'Datum von' --thousands . --decimal ,")
    commas = lines('"Date, local","Date, UTC",y', formed(h), formed(later), y)
    read("time_option_name_with_comma", "one column whose name holds a comma, not two columns", commas,
         options="--time '\"Date, local\"'", **rest)
    read("time_option_two_names_with_commas", "a date and a time of day whose names hold commas",
         lines('"Date, local","Time, local",y', formed(h, "%Y-%m-%d"), formed(h, "%H:%M"), y),
         options="--time '\"Date, local\",\"Time, local\"'", **rest)
    read("time_column_last", "the times in the last column", lines("y,stamp", y, formed(h)), **rest)
    read("time_column_of_any_name", "found by its content, whatever its name", lines("Tidspunkt,y", formed(h), y),
         **rest)
    read("date_beside_number_called_time", "a column time of plain numbers beside dates",
         lines("date,time,y", formed(days(48), "%Y-%m-%d"), [round(v / 7, 2) for v in y], y), days(48),
         {"time": [round(v / 7, 2) for v in y], "y": y}, "1 day", DAY)
    read("text_column_of_some_dates", "a column of notes that holds a date now and then is text",
         lines("time,note,y", formed(h), ["2023-01-05" if i % 7 == 0 else "ok" for i in range(48)], y),
         text=["note"], **rest)
    holed = formed(h)
    holed[30] = ""
    refuse("time_missing_in_a_row_refused", "a row without its time", lines("time,y", holed, y), 32)
    wrong = formed(h)
    wrong[30] = "2023-01-02 O6:00"
    refuse("time_misspelt_refused", "a letter O for a zero in one time", lines("time,y", wrong, y), 32, ["O6:00"])
    refuse("time_misspelt_any_name_refused", "the same in a column of another name: not left out as text",
           lines("Tidspunkt,y", wrong, y), 32, ["O6:00"])


def no_times():
    y, x = wave(40), wave(40, 3)
    read("no_times", "only numbers: rows are equally spaced", lines("y,x", y, x), columns={"y": y, "x": x}, step="none")
    read("no_times_text", "numbers and text", lines("place,y", ["Oslo"] * 40, y), columns={"y": y}, step="none",
         text=["place"])
    read("time_none", "times left out by option", lines("time,y", formed(hours(40)), y), columns={"y": y}, step="none",
         options="--time none")
    down = list(reversed(formed(days(40), "%Y-%m-%d")))
    read("time_none_newest_first", "with --time none the order of the file is taken as it is",
         lines("date,y", down, y), columns={"y": y}, step="none", options="--time none")


def no_such_day():
    d = days(40, "2023-02-10")
    cells = formed(d, "%Y-%m-%d")
    for name, cell, place in [("february_29", "2023-02-29", 18), ("april_31", "2023-04-31", 30), ("month_13",
                                                                                                  "2023-13-01", 9),
                              ("day_0", "2023-02-00", 5)]:
        changed = list(cells)
        changed[place] = cell
        reject(f"no_such_day_{name}_refused", f"{cell} does not exist", changed, place + 2, [cell])
    old = formed(days(40, "1900-02-10"), "%d.%m.%Y")
    old[19] = "29.02.1900"
    reject("no_such_day_29_february_1900_refused", "1900 was no leap year", old, 21, ["29.02.1900"])
    ordinal = formed(days(20, "2015-12-20"), "%Y-%j")
    ordinal[12] = "2015-366"
    reject("no_such_day_366_refused", "2015 has no day 366", ordinal, 14, ["2015-366"])
    minute = formed(hours(24))
    minute[13] = "2023-01-01 13:60"
    reject("no_such_minute_refused", "13:60 does not exist", minute, 15, ["13:60"])
