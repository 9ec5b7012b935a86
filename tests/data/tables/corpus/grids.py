"""Order, repeated times, steps, gaps, times off the grid, and calendars that are not uniform."""
from datetime import datetime, timedelta

from corpus.table import (HOLIDAYS, at, day_of, days, formed, hours, lines, months, read, refuse, span, wave, weekdays,
                          with_missing)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKDAYS = "01234"


def add_tables():
    order()
    repeated()
    steps()
    gaps()
    off_the_grid()
    weeks_with_holes()
    holidays()
    sessions()
    months_with_calendars()
    years()


def accept(name, why, times, step, next, form="%Y-%m-%d", y=None, **more):
    y = y or wave(len(times))
    read(name, why, lines("time,y", formed(times, form), y), times, {"y": y}, step, next, **more)


def reject(name, why, times, line, words=(), form="%Y-%m-%d", **more):
    refuse(name, why, lines("time,y", formed(times, form), wave(len(times))), line, words, **more)


def order():
    h, y = hours(48), wave(48)
    rest = {"times": h, "columns": {"y": y}, "step": "1 hour", "next": HOUR}
    down = lines("time,y", formed(reversed(h)), reversed(y))
    refuse("order_newest_first_refused", "rows from new to old", down, 3, ["--sort"])
    read("order_newest_first_sort", "the same by option", down, options="--sort", says=["sorted"], **rest)
    mixed = [(i * 17) % 48 for i in range(48)]
    shuffled = lines("time,y", formed(h[i] for i in mixed), [y[i] for i in mixed])
    falls = next(i for i in range(1, 48) if mixed[i] < mixed[i - 1])
    refuse("order_shuffled_refused", "unordered rows", shuffled, falls + 2, ["--sort"])
    read("order_shuffled_sort", "the same by option", shuffled, options="--sort", says=["sorted"], **rest)
    swapped = h[:20] + [h[21], h[20]] + h[22:]
    reject("order_two_rows_swapped_refused", "one row too late", swapped, 23, ["--sort"], "%Y-%m-%d %H:%M")
    read("order_rising_with_sort", "rows that rise already: --sort changes nothing", lines("time,y", formed(h), y),
         options="--sort", **rest)
    joined = h[24:] + h[:24]
    reject("order_later_file_first_refused", "two files joined, the later one first", joined, 26, ["--sort"],
           "%Y-%m-%d %H:%M")
    values = wave(48)
    read("order_newest_first_no_times", "without a column of times the order of the file is the order",
         lines("y", reversed(values)), columns={"y": list(reversed(values))}, step="none")


def repeated():
    h, y = hours(48), wave(48)
    again = h[:20] + [h[19]] + h[20:]
    reject("repeated_time_refused", "a row written twice", again, 22, (), "%Y-%m-%d %H:%M")
    reject("repeated_time_sort_refused", "sorting does not help a time that is there twice", again, 22, (),
           "%Y-%m-%d %H:%M", options="--sort")
    ids = ["A", "B", "C"]
    times = [t for t in h[:16] for _ in ids]
    words = ["column each"]
    refuse("long_format_by_time_refused", "three series, row by row in turn",
           lines("ds,unique_id,y", formed(times), ids * 16, y), 3, words)
    times = [t for _ in ids for t in h[:16]]
    refuse("long_format_by_series_refused", "three series, one under the other",
           lines("unique_id,ds,y", [name for name in ids for _ in range(16)], formed(times), y), 18, words)
    refuse("long_format_numbered_refused", "series told apart by numbers",
           lines("store,date,sales", [i // 16 + 1 for i in range(48)], formed([t for _ in ids for t in days(16)],
                 "%Y-%m-%d"), y), 18)
    put_back = formed(hours(27, "2023-10-28T00:00")) + formed(hours(20, "2023-10-29T02:00"))
    refuse("clock_put_back_refused", "02:00 occurs twice in the night to 29 October 2023",
           lines("time,y", put_back, wave(47)), 29, ["--zone"])


def steps():
    for words, step in [("1 minute", {"minutes": 1}), ("5 minutes", {"minutes": 5}), ("15 minutes", {"minutes": 15}),
                        ("90 minutes", {"minutes": 90}), ("6 hours", {"hours": 6}), ("30 seconds", {"seconds": 30}),
                        ("1 second", {"seconds": 1})]:
        times = span("2023-03-30T22:00", 60, **step)
        accept("step_" + words.replace(" ", "_"), f"a row every {words}", times, words, timedelta(**step),
               "%Y-%m-%d %H:%M:%S")
    for words, count in [("1 week", 7), ("2 weeks", 14), ("2 days", 2), ("10 days", 10)]:
        times = span("2023-01-04", 30, days=count)
        accept("step_" + words.replace(" ", "_"), f"a row every {words}", times, words, count * DAY)
    for words, count in [("1 month", 1), ("3 months", 3), ("6 months", 6), ("1 year", 12)]:
        times = months(26, "2001-04-15", count)
        accept("step_" + words.replace(" ", "_") + "_on_the_15th", f"the 15th, every {words}", times[:24], words,
               times[24:])
    accept("step_month_from_two_rows", "two rows on the first of two months", months(2, "2023-01-01"), "1 month",
           months(4, "2023-01-01")[2:])


def gaps():
    h, y = hours(48), wave(48)
    kept = [i for i in range(48) if i not in (10, 11, 12, 30)]
    accept("gap_of_rows", "four hours without a row become missing rows", [h[i] for i in kept], "1 hour", HOUR,
           "%Y-%m-%d %H:%M", [y[i] for i in kept], gaps=4)
    values = with_missing([y[i] for i in kept], 0, 5)
    read("gap_of_rows_and_missing_values", "rows that are not there and cells that are empty",
         lines("time,y", formed(h[i] for i in kept), values), [h[i] for i in kept], {"y": values}, "1 hour", HOUR,
         gaps=4)
    accept("gap_long", "a month without a row between two weeks", days(14) + days(14, "2023-02-14"), "1 day", DAY,
           gaps=30)
    m = months(40)
    accept("gap_of_months", "two months and then one are not there", m[:7] + m[9:20] + m[21:], "1 month",
           months(42)[40:], gaps=3)
    half = [t for i, t in enumerate(days(60)) if i % 5 not in (2,)]
    accept("gap_every_fifth_day", "no day of the week is always left out: gaps", half, "1 day", [datetime(2023, 3, 2),
           datetime(2023, 3, 3)], gaps=len([t for t in days(60) if t <= half[-1]]) - len(half))
    accept("gap_before_the_last_row", "the last row after a gap", days(30) + [at("2023-02-03")], "1 day", DAY, gaps=3)
    q = months(30, "1990-01-01", 3)
    accept("gap_of_quarters", "a quarter that is not there", q[:5] + q[6:], "3 months",
           months(32, "1990-01-01", 3)[30:], gaps=1)


def off_the_grid():
    minutes = span("2023-01-01", 60, minutes=10)
    late = [t + timedelta(seconds=(0, 1, 2, 0, 3, 1)[i % 6]) for i, t in enumerate(minutes)]
    for name, why, written in [
            ("jitter_of_seconds", "a clock that is up to 3 s late: moved onto the grid", late),
            ("jitter_both_ways", "seconds early and late", [t + timedelta(seconds=(0, -2, 1, 0, 2, -1, 0)[i % 7])
                                                            for i, t in enumerate(minutes)]),
            ("jitter_in_the_first_row", "most rows are on full minutes, the first is 4 s late",
             [t + timedelta(seconds=4 if i in (0, 13) else 0) for i, t in enumerate(minutes)]),
            ("jitter_once", "one row 50 s late", [t + timedelta(seconds=50 if i == 31 else 0)
                                                  for i, t in enumerate(minutes)])]:
        y = wave(60)
        read(name, why, lines("time,y", formed(written, "%Y-%m-%d %H:%M:%S"), y), minutes, {"y": y}, "10 minutes",
             timedelta(minutes=10), says=["snapped"])
    kept = [i for i in range(60) if i not in (20, 21, 40)]
    y = wave(60)
    read("jitter_and_gaps", "seconds late, and rows that are not there",
         lines("time,y", formed((late[i] for i in kept), "%Y-%m-%d %H:%M:%S"), [y[i] for i in kept]),
         [minutes[i] for i in kept], {"y": [y[i] for i in kept]}, "10 minutes", timedelta(minutes=10), gaps=3,
         says=["snapped"])
    fine = span("2023-01-01", 60, milliseconds=100)
    wobbling = [t + timedelta(milliseconds=(0, 2, -1, 0, 1)[i % 5]) for i, t in enumerate(fine)]
    read("jitter_of_milliseconds", "ten rows a second, a millisecond or two off",
         lines("time,y", [t.isoformat(timespec="milliseconds") for t in wobbling], y), fine, {"y": y}, "0.1 seconds",
         timedelta(milliseconds=100), says=["snapped"])
    half = list(minutes)
    half[25] += timedelta(minutes=5)
    reject("off_grid_half_a_step_refused", "one row half a step late", half, 27, (), "%Y-%m-%d %H:%M:%S")
    fifth = list(minutes)
    fifth[25] += timedelta(minutes=2)
    reject("off_grid_a_fifth_refused", "one row a fifth of a step late", fifth, 27, (), "%Y-%m-%d %H:%M:%S")
    moved = minutes[:30] + [t + timedelta(minutes=3) for t in minutes[30:]]
    reject("off_grid_from_a_row_on_refused", "a logger that was started anew at another minute", moved, 32, (),
           "%Y-%m-%d %H:%M:%S")
    fridays = [at(day) for day in ("2023-01-20", "2023-02-17", "2023-03-17", "2023-04-21", "2023-05-19", "2023-06-16",
                                   "2023-07-21", "2023-08-18", "2023-09-15", "2023-10-20", "2023-11-17", "2023-12-15")]
    reject("off_grid_third_fridays_refused", "third Fridays are 4 or 5 weeks apart", fridays, 5)
    events = [at("2023-01-01") + timedelta(minutes=(i * i * 37) % 1000 + 1000 * i) for i in range(30)]
    reject("off_grid_events_refused", "events at any time have no step", events, 0, (), "%Y-%m-%d %H:%M")
    year = days(40)
    year[20] = year[20].replace(year=2203)
    reject("gap_by_a_misspelt_year_refused", "2203 for 2023 in one row", year, 0, ["2203"])
    thinner = minutes[:40] + span("2023-01-01T06:40", 20, hours=1)
    accept("steps_ten_minutes_then_hours", "every 10 minutes, later every hour: the commonest step, gaps between",
           thinner, "10 minutes", timedelta(minutes=10), "%Y-%m-%d %H:%M", gaps=19 * 5)


def weeks_with_holes():
    year = days(100, "2023-01-02")
    business = weekdays(year, WORKDAYS)[:60]
    monday = [datetime(2023, 3, 27), datetime(2023, 3, 28)]
    accept("business_days", "no rows on weekends: after Friday comes Monday", business, "1 day, Monday to Friday",
           monday)
    accept("business_days_gap", "a Wednesday without a row is a gap, weekends are none",
           [t for t in business if t != at("2023-02-08")], "1 day, Monday to Friday", monday, gaps=1)
    accept("business_days_from_wednesday", "begins on a Wednesday, ends on a Thursday", business[2:59],
           "1 day, Monday to Friday", [datetime(2023, 3, 24), datetime(2023, 3, 27)])
    accept("business_days_three_weeks", "three weeks are enough", business[:15], "1 day, Monday to Friday",
           [datetime(2023, 1, 23), datetime(2023, 1, 24)])
    accept("business_days_two_weeks", "two weeks are too few to know: the weekend is a gap", business[:10], "1 day",
           DAY, gaps=2)
    accept("business_days_one_saturday", "one Saturday with a row: Saturdays occur, the others are gaps",
           sorted(business[:40] + [at("2023-02-11")]), "1 day, Monday to Saturday",
           [datetime(2023, 2, 25), datetime(2023, 2, 27)], gaps=6)
    gulf = weekdays(year, "60123")[:60]
    accept("sunday_to_thursday", "a week from Sunday to Thursday", gulf, "1 day, Sunday to Thursday",
           [datetime(2023, 3, 27), datetime(2023, 3, 28)])
    shop = weekdays(year, "012345")[:60]
    accept("monday_to_saturday", "closed on Sundays", shop, "1 day, Monday to Saturday",
           [datetime(2023, 3, 13), datetime(2023, 3, 14)])
    thrice = weekdays(year, "024")[:36]
    accept("monday_wednesday_friday", "three days a week", thrice, "1 day, Monday, Wednesday, Friday",
           [datetime(2023, 3, 27), datetime(2023, 3, 29)])
    twice = weekdays(year, "13")[:28]
    accept("tuesday_thursday", "two days a week, 2 and 5 days apart", twice, "1 day, Tuesday, Thursday",
           [datetime(2023, 4, 11), datetime(2023, 4, 13)])
    closed = weekdays(year, "12345")[:60]
    accept("tuesday_to_saturday", "a museum closed on Sundays and Mondays", closed, "1 day, Tuesday to Saturday",
           [datetime(2023, 3, 28), datetime(2023, 3, 29)])
    y = wave(60)
    read("business_days_newest_first_sort", "an export of prices, newest first",
         lines("Date,Close", formed(reversed(business), "%m/%d/%Y"), reversed(y)), business, {"Close": y},
         "1 day, Monday to Friday", monday, options="--sort", says=["sorted"])
    read("business_days_at_18", "a time of day with every date",
         lines("time,y", formed(business, "%Y-%m-%d 18:00"), y), [t.replace(hour=18) for t in business], {"y": y},
         "1 day, Monday to Friday", [t.replace(hour=18) for t in monday])


def holidays():
    business = weekdays(days(100, "2023-01-02"), WORKDAYS)[:60]
    closed = [at(day) for day in ("2023-01-02", "2023-01-16", "2023-02-20")]
    open_days = [t for t in business if t not in closed]
    monday = [datetime(2023, 3, 27), datetime(2023, 3, 28)]
    accept("holidays_unknown", "holidays that nobody named are gaps", open_days, "1 day, Monday to Friday", monday,
           gaps=2)
    HOLIDAYS["holidays_named"] = b"2022-12-26\n2023-01-02\n2023-01-16\n2023-02-20\n2023-03-27\n"
    accept("holidays_named",
           "named holidays are no gaps, and none of the next rows: the Monday after the last row is one",
           open_days, "1 day, Monday to Friday", [datetime(2023, 3, 28), datetime(2023, 3, 29)],
           options="--holidays holidays_named.holidays")
    HOLIDAYS["holidays_with_a_row_refused"] = b"2023-01-16\n2023-02-08\n"
    reject("holidays_with_a_row_refused", "a row on a day that was named as one without rows", open_days, 27,
           ["2023-02-08"], options="--holidays holidays_with_a_row_refused.holidays")
    HOLIDAYS["holidays_misspelt_refused"] = b"2023-01-16\n20 February\n"
    reject("holidays_misspelt_refused", "a line of the holidays that is no ISO date", open_days, 2, ["20 February"],
           options="--holidays holidays_misspelt_refused.holidays")
    HOLIDAYS["holidays_every_day"] = b"2023-01-05\r\n2023-01-20\r\n"
    daily = [t for t in days(40) if t not in (at("2023-01-05"), at("2023-01-20"))]
    accept("holidays_every_day", "two named days of a series that has all days of the week; CRLF", daily, "1 day", DAY,
           options="--holidays holidays_every_day.holidays")


def session(dates, *parts, **step):
    """Times of every date from each part's first to its last, both included."""
    times = []
    for date in dates:
        for first, last in parts:
            time = datetime.combine(date, datetime.strptime(first, "%H:%M").time())
            while time <= datetime.combine(date, datetime.strptime(last, "%H:%M").time()):
                times.append(time)
                time += timedelta(**step)
    return times


def sessions():
    form = "%Y-%m-%d %H:%M"
    business = weekdays(days(60, "2023-01-02"), WORKDAYS)[:16]
    five = session(business, ("09:30", "16:00"), minutes=5)
    tuesday = [datetime(2023, 1, 24, 9, 30), datetime(2023, 1, 24, 9, 35)]
    accept("session_five_minutes", "a stock exchange: nothing at night and on weekends", five,
           "5 minutes, 09:30 to 16:00, Monday to Friday", tuesday, form)
    hour = session(business, ("09:30", "15:30"), hours=1)
    accept("session_hours", "seven rows a day", hour, "1 hour, 09:30 to 15:30, Monday to Friday",
           [datetime(2023, 1, 24, 9, 30), datetime(2023, 1, 24, 10, 30)], form)
    friday = session(business[:15], ("09:30", "15:30"), hours=1)
    accept("session_next_over_weekend", "ends in the middle of a Friday: one more row that day, then Monday",
           friday[:-1], "1 hour, 09:30 to 15:30, Monday to Friday",
           [datetime(2023, 1, 20, 15, 30), datetime(2023, 1, 23, 9, 30)], form)
    accept("session_gap", "two rows within a day that are not there", hour[:23] + hour[25:],
           "1 hour, 09:30 to 15:30, Monday to Friday", [datetime(2023, 1, 24, 9, 30), datetime(2023, 1, 24, 10, 30)],
           form, gaps=2)
    lunch = session(business, ("09:30", "11:30"), ("13:00", "15:00"), minutes=30)
    accept("session_lunch_break", "an exchange with a break at noon", lunch,
           "30 minutes, 09:30 to 11:30, 13:00 to 15:00, Monday to Friday",
           [datetime(2023, 1, 24, 9, 30), datetime(2023, 1, 24, 10, 0)], form)
    sun = session(days(9, "2023-06-05"), ("06:00", "18:00"), hours=1)
    accept("session_daylight", "a solar plant's rows by day, all days of the week", sun, "1 hour, 06:00 to 18:00",
           [datetime(2023, 6, 14, 6), datetime(2023, 6, 14, 7)], form)
    four = session(days(4, "2023-06-05"), ("06:00", "18:00"), hours=1)
    accept("session_four_days", "four days are too few to know: nights are gaps", four, "1 hour", HOUR, form, gaps=33)
    office = session(business, ("00:00", "20:00"), hours=4)
    accept("session_all_day_no_weekends", "day and night, but not on weekends", office, "4 hours, Monday to Friday",
           [datetime(2023, 1, 24), datetime(2023, 1, 24, 4)], form)
    closed = [t for t in hour if t.date() != datetime(2023, 1, 16).date()]
    HOLIDAYS["session_holiday"] = b"2023-01-16\n"
    accept("session_holiday", "a day without a session, named", closed, "1 hour, 09:30 to 15:30, Monday to Friday",
           [datetime(2023, 1, 24, 9, 30), datetime(2023, 1, 24, 10, 30)], form,
           options="--holidays session_holiday.holidays")
    early = [t for t in hour if t.date() != datetime(2023, 1, 13).date() or t.hour < 13]
    accept("session_early_close", "one day that ends at 12:30: its afternoon is a gap", early,
           "1 hour, 09:30 to 15:30, Monday to Friday", [datetime(2023, 1, 24, 9, 30), datetime(2023, 1, 24, 10, 30)],
           form, gaps=3)


def business_end(year, month):
    day = day_of(year, month, 31)
    while day.weekday() > 4:
        day -= DAY
    return day


def business_start(year, month):
    day = datetime(year, month, 1)
    while day.weekday() > 4:
        day += DAY
    return day


def of_months(rule, count, by=1, year=2022, month=1):
    return [rule((year * 12 + month - 1 + i * by) // 12, (month - 1 + i * by) % 12 + 1) for i in range(count)]


def split(name, why, times, step, **more):
    """The last two times are those that must come next."""
    accept(name, why, times[:-2], step, times[-2:], **more)


def months_with_calendars():
    split("month_ends", "31 January, 28 February, ..", of_months(lambda y, m: day_of(y, m, 31), 32),
          "1 month, month end")
    split("month_ends_from_february", "the first row is 28 February, the next 31 March",
          of_months(lambda y, m: day_of(y, m, 31), 26, month=2), "1 month, month end")
    split("month_on_the_30th", "the 30th, in February its last day", of_months(lambda y, m: day_of(y, m, 30), 32),
          "1 month")
    split("month_on_the_30th_before_february", "ends on 30 December: 30 January and 28 February come next",
          of_months(lambda y, m: day_of(y, m, 30), 12, month=3), "1 month")
    split("month_on_the_29th_leap_year", "the 29th over a leap year and others",
          of_months(lambda y, m: day_of(y, m, 29), 40), "1 month")
    split("month_last_business_day", "the last weekday of every month", of_months(business_end, 32),
          "1 month, last business day")
    times = of_months(business_end, 32)
    accept("month_last_business_day_gap", "a month that is not there", times[:9] + times[10:30],
           "1 month, last business day", times[30:], gaps=1)
    HOLIDAYS["month_last_business_day_holidays"] = b"2021-05-31\n"
    split("month_last_business_day_holidays", "the last weekday of May 2021 was a holiday: the Friday before is meant",
          [at("2021-05-28") if t == at("2021-05-31") else t for t in of_months(business_end, 32, year=2020)],
          "1 month, last business day", options="--holidays month_last_business_day_holidays.holidays")
    split("month_first_business_day", "the first weekday of every month", of_months(business_start, 32),
          "1 month, first business day")
    split("quarter_ends", "31 March, 30 June, ..", of_months(lambda y, m: day_of(y, m, 31), 24, 3, 2015, 3),
          "3 months, month end")
    split("quarter_last_business_day", "the last weekday of every quarter", of_months(business_end, 24, 3, 2015, 3),
          "3 months, last business day")
    off = of_months(business_end, 24)
    off[10] -= 6 * DAY
    reject("month_end_missed_refused", "one row six days before the last weekday", off, 12)
    split("month_ends_at_the_last_second", "23:59:59 of the last day", [t.replace(hour=23, minute=59, second=59)
          for t in of_months(lambda y, m: day_of(y, m, 31), 32)], "1 month, month end", form="%Y-%m-%d %H:%M:%S")


def years():
    leap = of_months(lambda y, m: day_of(y, 2, 29), 26, 12, 1996, 2)
    split("year_29_february", "the last day of February, 29 in leap years", leap, "1 year")
    four = [datetime(year, 2, 29) for year in range(1904, 2004, 4)]
    split("year_29_february_leap_years_only", "every 29 February, four years apart", four, "4 years")
    december = [datetime(year, 12, 31) for year in range(1990, 2020)]
    split("year_ends", "31 December", december, "1 year")
