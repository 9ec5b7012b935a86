"""Several of the other parts' kinds in one table, as files of real programs have them."""
from datetime import datetime, timedelta

from corpus.clocks import AUTUMN, BERLIN, NEW_YORK, SPRING, walls, with_offsets
from corpus.grids import WORKDAYS, business_end, of_months, session
from corpus.table import (HOLIDAYS, at, days, formed, hours, lines, months, read, refuse, span, wave, weekdays,
                          with_missing, zipped)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def german(value):
    return "" if value is None else f"{value:,}".translate(str.maketrans(",.", ".,"))


def add_tables():
    files_with_numbers()
    files_with_times()
    times_with_clocks()
    calendars_with_clocks()
    order_with_the_rest()
    refused()


def files_with_numbers():
    h, y = hours(48, "2023-01-13"), [round(v * 137, 1) for v in wave(48)]
    y = with_missing(y, 7, 8)
    x = wave(48, 3)
    both = {"times": h, "columns": {"Verbrauch": y, "Temperatur": x}, "step": "1 hour", "next": HOUR}
    text = lines("Datum;Verbrauch;Temperatur\n;kWh;°C", formed(h, "%d.%m.%Y %H:%M"), map(german, y), map(german, x),
                 sep=";", end="\n")
    read("pair_german_excel", "Latin-1, semicolons, units, day first, thousands and decimals, CRLF",
         text.replace("\n", "\r\n").encode("latin-1"), options="--encoding latin1 --thousands . --decimal ,",
         says=["units"], **both)
    read("pair_german_excel_gzip_title", "the same compressed, below a title and an empty line",
         zipped("Zähler 12\r\n\r\n" + text.replace("\n", "\r\n")), options="--thousands . --decimal ,",
         says=["units", "skipped"], suffix=".csv.gz", **both)
    read("pair_gzip_utf16_tab", "UTF-16 and tabs inside of gzip", zipped(
        ("\ufeff" + text.replace(";", "\t")).encode("utf-16-le")), suffix=".csv.gz",
        options="--encoding utf-16 --thousands . --decimal ,", **both)
    read("pair_sep_line_decimal_comma_trailing", "sep=;, decimal commas, a delimiter at every end",
         "sep=;\n" + lines("time;y;", formed(h), [f"{v:.1f}".replace(".", ",") for v in x], [""] * 48, sep=";"), h,
         {"y": x}, "1 hour", HOUR, options="--decimal ,")
    read("pair_comments_decimal_comma_missing", "comments between rows, decimal commas, missing words",
         "# a\n" + lines("time;y", formed(h), [("NA" if v is None else f"{v}".replace(".", ",")) for v in y],
                         sep=";").replace("2023-01-14 00:00", "# b\n2023-01-14 00:00"), h, {"y": y}, "1 hour", HOUR,
         options="--comment # --decimal ,")
    read("pair_quoted_thousands_percent", "quoted thousands with percent signs",
         lines("time,y", formed(h), ["" if v is None else f'"{v:,}%"' for v in y]), h, {"y": y}, "1 hour", HOUR,
         options="--thousands , --strip %")
    read("pair_points_thousands_day_first", "1.002 by option, day first in two columns",
         lines("Datum;Uhrzeit;y", formed(h, "%d.%m.%Y"), formed(h, "%H:%M"),
               [f"{983 + 19 * i:,}".replace(",", ".") for i in range(48)], sep=";"), h,
         {"y": [983 + 19 * i for i in range(48)]}, "1 hour", HOUR, options="--thousands .")


def files_with_times():
    d, y = days(40, "2016-06-20"), wave(40)
    read("pair_row_numbers_day_first_text", "row numbers, a column of text, day first",
         lines('"",place,date,y', range(40), ["Oslo"] * 40, formed(d, "%d/%m/%Y"), y), d, {"y": y}, "1 day", DAY,
         text=["place"])
    read("pair_title_and_no_times", "a title above a table of numbers alone",
         "Measured in May\n" + lines("y,x", y, wave(40, 3)), columns={"y": y, "x": wave(40, 3)}, step="none",
         says=["skipped"])
    h = hours(48, "2023-01-13")
    read("pair_blanks_month_names", "cells between blanks: day, month and year would be three cells, dashes keep them",
         lines("when y", formed(h, "%d-%b-%YT%H:%M"), wave(48), sep=" "), h, {"y": wave(48)}, "1 hour", HOUR,
         options="--time-format %d-%b-%YT%H:%M")
    q = months(30, "2016-07-01", 3)
    cells = [f"{t.year}-Q{t.month // 3 + 1}" for t in q]
    read("pair_quarters_newest_first_gap", "quarters, newest first, two of them not there",
         lines("period;GDP", reversed(cells[:9] + cells[11:]), reversed(wave(28)), sep=";"), q[:9] + q[11:],
         {"GDP": wave(28)}, "3 months", months(32, "2016-07-01", 3)[30:], gaps=2, options="--sort", says=["sorted"])
    read("pair_excel_sort_gap", "days since 1899-12-30, unordered, one not there",
         lines("date,y", [44927 + (i * 7) % 31 + ((i * 7) % 31 > 20) for i in range(31)],
               [wave(31)[(i * 7) % 31] for i in range(31)]), [t for t in days(32) if t != at("2023-01-22")],
         {"y": wave(31)}, "1 day", DAY, gaps=1, options="--sort --time-format excel")
    air = lines("year;month;day;hour;y", [t.year for t in h], [t.month for t in h], [t.day for t in h],
                [t.hour for t in h], [f"{v}".replace(".", ",") for v in wave(48)], sep=";")
    read("pair_parts_of_times_decimal_comma", "parts of times between semicolons, decimal commas", air, h,
         {"y": wave(48)}, "1 hour", HOUR, options="--decimal ,")


def times_with_clocks():
    utc = hours(48, AUTUMN)
    local = walls(BERLIN, utc)
    y = wave(48)
    rest = {"times": local, "columns": {"y": y}, "step": "1 hour", "next": walls(BERLIN, hours(50, AUTUMN)[48:]),
            "clock": BERLIN}
    zone = f"--zone {BERLIN}"
    read("pair_zone_date_and_time_columns", "date and time of day in two columns through the hour that occurs twice",
         lines("Datum;Uhrzeit;y", formed(local, "%d.%m.%Y"), formed(local, "%H:%M"), y, sep=";"), options=zone, **rest)
    read("pair_zone_parts_of_times", "year, month, day and hour in columns, the hour 2 twice",
         lines("year,month,day,hour,y", [t.year for t in local], [t.month for t in local], [t.day for t in local],
               [t.hour for t in local], y), options=zone, **rest)
    read("pair_zone_index_of_times", "an unnamed index with offsets that change",
         lines(",y", with_offsets(BERLIN, utc, "%Y-%m-%d %H:%M:%S"), y), options=zone, **rest)
    read("pair_offsets_newest_first", "offsets that change, newest first: instants can be sorted",
         lines("time,y", reversed(with_offsets(BERLIN, utc)), reversed(y)), options=f"--sort {zone}", says=["sorted"],
         **rest)
    fine = span("2023-01-01", 60, milliseconds=250)
    late = [t + timedelta(milliseconds=(0, 3, -2, 0)[i % 4]) for i, t in enumerate(fine)]
    read("pair_fractions_offset_jitter", "four rows a second, an offset, some milliseconds off",
         lines("time,y", [t.isoformat(timespec="milliseconds") + "+05:45" for t in late], wave(60)), fine,
         {"y": wave(60)}, "0.25 seconds", timedelta(milliseconds=250), clock="+05:45", says=["snapped"])
    kept = [i for i in range(48) if i not in (5, 6, 30)]
    seconds = [int((utc[i] - datetime(1970, 1, 1)).total_seconds()) + i % 3 for i in kept]
    read("pair_unix_gap_jitter", "seconds since 1970 that are up to 2 s late, three rows not there",
         lines("timestamp,y", seconds, [y[i] for i in kept]), [utc[i] for i in kept], {"y": [y[i] for i in kept]},
         "1 hour", HOUR, gaps=3, clock="UTC", says=["snapped"])


def calendars_with_clocks():
    business = weekdays(days(40, "2023-02-27"), WORKDAYS)[:16]
    opened = session(business, ("09:30", "15:30"), hours=1)
    y = wave(len(opened))
    rest = {"times": opened, "columns": {"y": y}, "step": "1 hour, 09:30 to 15:30, Monday to Friday",
            "next": [datetime(2023, 3, 21, 9, 30), datetime(2023, 3, 21, 10, 30)]}
    read("pair_session_zone", "New York's sessions over the change of its clock on 12 March",
         lines("time,y", formed(opened), y), options=f"--zone {NEW_YORK}", clock=NEW_YORK, **rest)
    offsets = [f"{t:%Y-%m-%d %H:%M:%S}{'-04:00' if t >= at('2023-03-12') else '-05:00'}" for t in opened]
    read("pair_session_offsets_zone", "the same with offsets behind the times",
         lines("time,y", offsets, y), options=f"--zone {NEW_YORK}", clock=NEW_YORK, **rest)
    prices = weekdays(days(60, "2023-03-01"), WORKDAYS)[:30]
    values = wave(30)
    read("pair_business_days_zone_midnights", "midnights of business days with offsets that change",
         lines("Date,Close", [f"{t:%Y-%m-%d %H:%M:%S}{'-04:00' if t > at('2023-03-12') else '-05:00'}" for t in prices],
               values), prices, {"Close": values}, "1 day, Monday to Friday",
         [datetime(2023, 4, 12), datetime(2023, 4, 13)], options=f"--zone {NEW_YORK}", clock=NEW_YORK)
    ends = of_months(business_end, 26)
    read("pair_business_month_ends_day_first_newest_first", "last weekdays of months, day first, newest first",
         lines("Datum;y", reversed(formed(ends[:24], "%d.%m.%Y")), reversed(wave(24)), sep=";"), ends[:24],
         {"y": wave(24)}, "1 month, last business day", ends[24:], options="--sort", says=["sorted"])
    HOLIDAYS["pair_holidays_newest_first"] = b"2023-03-17\n"
    held = [t for t in prices if t != at("2023-03-17")]
    read("pair_holidays_newest_first", "business days, newest first, a named holiday",
         lines("Date,Close", reversed(formed(held, "%m/%d/%Y")), reversed(values[:29])), held, {"Close": values[:29]},
         "1 day, Monday to Friday", [datetime(2023, 4, 12), datetime(2023, 4, 13)],
         options="--sort --holidays pair_holidays_newest_first.holidays")


def order_with_the_rest():
    h, y = hours(48), wave(48)
    units = lines("time,y\n,kW", reversed(formed(h)), reversed(y))
    read("pair_units_newest_first", "a line of units and the newest row first", units, h, {"y": y}, "1 hour", HOUR,
         options="--sort", says=["units", "sorted"])
    refuse("pair_units_newest_first_refused", "lines are counted with the line of units", units, 4, ["--sort"])
    read("pair_title_row_numbers_decimal_comma", "a title, row numbers, decimal commas between tabs",
         "Export\n" + lines("\ttime\ty", range(48), formed(h), [f"{v}".replace(".", ",") for v in y], sep="\t"), h,
         {"y": y}, "1 hour", HOUR, options="--decimal ,")
    written = formed(h)
    written[20] = written[19]
    refuse("pair_title_crlf_repeated_refused", "a title and CRLF: the line is still the editor's",
           ("A title\n\n" + lines("time,y", written, y)).replace("\n", "\r\n"), 24)


def refused():
    h = hours(48, "2023-01-13")
    number = [f"{v}".replace(".", ",") for v in wave(48)]
    number[30] = "k.A."
    refuse("pair_decimal_comma_word_refused", "a German word for missing among decimal commas",
           lines("time;y", formed(h), number, sep=";"), 32, ["k.A."], options="--decimal ,")
    refuse("pair_skip_comment_word_refused", "lines that are skipped count as lines",
           "a\nb\n" + lines("time;y", formed(h), [*number[:10], "# x", *number[11:]], sep=";"), 14, ["# x"],
           options="--skip 2 --decimal ,")
    repeated = lines("time,id,y", [t for t in formed(h[:20]) for _ in "ab"], ["a", "b"] * 20, wave(40))
    refuse("pair_long_format_sort_refused", "sorting does not part two series", repeated, 3, ["column each"],
           options="--sort")
    local = formed(walls(BERLIN, hours(48, SPRING)))
    local.insert(14, "2023-03-26 02:30")
    refuse("pair_zone_off_the_clock_day_first_refused", "a time that never was, day first",
           lines("time;y", [f"{t[8:10]}.{t[5:7]}.{t[:4]} {t[11:]}" for t in local], wave(49), sep=";"),
           local.index("2023-03-26 02:30") + 2, ["26.03.2023 02:30"], options=f"--zone {BERLIN}")
