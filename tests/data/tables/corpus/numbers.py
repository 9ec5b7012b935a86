"""Forms of numbers, missing values, and what stands in a column of numbers that is none."""
from datetime import timedelta

from corpus.table import formed, hours, lines, read, refuse, wave, with_missing

HOUR = timedelta(hours=1)
COUNT = 40
TIMES = hours(COUNT)


def table(cells, sep=";", header="time{}y"):
    return lines(header.format(sep), formed(TIMES), cells, sep=sep)


def accept(name, why, cells, values, options="", sep=";", **more):
    read(name, why, table(cells, sep), TIMES, {"y": values}, "1 hour", HOUR, options=options, **more)


def add_tables():
    plain_numbers()
    decimal_commas()
    thousands()
    points_before_three_digits()
    signs_around()
    missing_values()
    no_numbers()
    realistic()


def plain_numbers():
    values = [(-1) ** i * (i + 0.5) for i in range(COUNT)]
    forms = [f"{v:+.1f}" if i % 2 else f"{v * 100:.2f}e-2" for i, v in enumerate(values)]
    accept("numbers_signs_and_exponents", "a leading + and exponents", forms, values, sep=",")
    accept("numbers_point_alone", "no digit before or behind the point",
           [(".5", "3.", "-.25", "0.5", "1E3")[i % 5] for i in range(COUNT)],
           [(0.5, 3, -0.25, 0.5, 1000)[i % 5] for i in range(COUNT)], sep=",")
    accept("numbers_blanks_around", "blanks around numbers between semicolons", [f"  {v} " for v in wave(COUNT)],
           wave(COUNT))
    accept("numbers_many_digits", "seventeen digits, as other programs write doubles",
           [f"{v / 3:.17g}" for v in wave(COUNT)], [v / 3 for v in wave(COUNT)], sep=",")
    large = [1234567 + 1000 * i for i in range(COUNT)]
    accept("numbers_whole_and_large", "whole numbers in the millions", large, large, sep=",")
    zero = ["0" * (i % 3) + str(v) for i, v in enumerate(wave(COUNT))]
    accept("numbers_leading_zeros", "zeros in front", zero, wave(COUNT), sep=",")


def decimal_commas():
    whole = [f"{v:g}".replace(".", ",") for v in wave(COUNT)]
    first = next(i for i, cell in enumerate(whole) if "," in cell)
    refuse("decimal_comma_refused", "3,14 among whole numbers is refused where it first stands", table(whole),
           first + 2, [whole[first], "--decimal ,"])
    always = [f"{v:.2f}".replace(".", ",") for v in wave(COUNT)]
    refuse("decimal_comma_everywhere_refused", "a column of nothing but 3,14 is not left out as text", table(always), 2,
           ["--decimal ,"])
    accept("decimal_comma", "3,14 by option", always, wave(COUNT), "--decimal ,")
    accept("decimal_comma_quoted", "quoted 3,14 in a comma file", [f'"{cell}"' for cell in always], wave(COUNT),
           "--decimal ,", sep=",")
    accept("decimal_comma_tab", "3,14 between tabs", always, wave(COUNT), "--decimal ,", sep="\t")
    signs = [f"{v - 50:+.2e}".replace(".", ",") for v in wave(COUNT)]
    accept("decimal_comma_exponent", "signs and exponents with a comma", signs, [float(f"{v - 50:.2e}")
           for v in wave(COUNT)], "--decimal ,")


def thousands():
    values = [round(v * 137, 1) for v in wave(COUNT)]
    comma = [f"{v:,.1f}" for v in values]
    first = next(i for i, cell in enumerate(comma) if "," in cell)
    quoted = [f'"{cell}"' for cell in comma]
    refuse("thousands_comma_quoted_refused", "quoted 1,234.5 in a comma file", table(quoted, ","), first + 2,
           [comma[first], "--thousands ,"])
    accept("thousands_comma_quoted", "quoted 1,234.5 by option", quoted, values, "--thousands ,", sep=",")
    accept("thousands_comma_semicolon", "1,234.5 between semicolons by option", comma, values, "--thousands ,")
    millions = [round((v + 1) * 123456, 1) for v in wave(COUNT)]
    accept("thousands_comma_millions", "two separators in a number", [f'"{v:,.1f}"' for v in millions], millions,
           "--thousands ,", sep=",")
    german = [f"{v:,.1f}".translate(str.maketrans(",.", ".,")) for v in millions]
    refuse("thousands_point_decimal_comma_refused", "1.234.567,8 is refused until both signs are said", table(german),
           2, ["--thousands .", "--decimal ,"])
    accept("thousands_point_decimal_comma", "1.234.567,8 by both options", german, millions,
           "--thousands . --decimal ,")
    for name, blank, what in [("space", " ", "blanks"), ("no_break_space", "\u00a0", "no-break spaces"),
                              ("narrow_space", "\u202f", "narrow no-break spaces")]:
        french = [f"{v:,.1f}".replace(",", blank).replace(".", ",") for v in millions]
        accept(f"thousands_{name}", f"{what} between thousands, a comma before decimals", french, millions,
               "--thousands space --decimal ,")
    blanks = [f"{v:,.1f}".replace(",", " ") for v in values]
    refuse("thousands_space_refused", "blanks between thousands are refused until it is said", table(blanks),
           next(i for i, cell in enumerate(blanks) if " " in cell) + 2, ["--thousands space"])
    swiss = [f"{v:,.1f}".replace(",", "'") for v in millions]
    refuse("thousands_apostrophe_refused", "Swiss 1'234'567.8", table(swiss), 2, ['--thousands "'])
    accept("thousands_apostrophe", "Swiss 1'234'567.8 by option", swiss, millions, "--thousands \"'\"")
    bad = [f'"{v:,.1f}"' for v in values]
    bad[17] = '"12,34.5"'
    refuse("thousands_in_wrong_place_refused", "12,34.5 has its separator in no place for thousands", table(bad, ","),
           19, ["12,34.5"], "--thousands ,")


def points_before_three_digits():
    values = [983 + 19 * i for i in range(COUNT)]
    points = [f"{v:,}".replace(",", ".") for v in values]
    doubt = ["--thousands .", "--decimal ."]
    refuse("point_thousands_or_decimals_refused", "983 beside 1.002: 1002 or 1.002", table(points), 3, doubt)
    refuse("point_thousands_or_decimals_tab_refused", "the same between tabs", table(points, "\t"), 3, doubt)
    accept("point_thousands_said", "1.002 is 1002 by option", points, values, "--thousands .")
    accept("point_decimals_said", "1.002 is 1.002 by option", points, [float(cell) for cell in points], "--decimal .")
    accept("point_in_a_comma_file", "cells between commas: a point stands before decimals, and a note asks", points,
           [float(cell) for cell in points], sep=",", notes=["'1.002' beside '983': read as decimals"])
    accept("point_in_a_comma_file_said", "the same with --decimal . has no note", points,
           [float(cell) for cell in points], "--decimal .", sep=",")
    low = [("1.250", "3", "2.125", "7")[i % 4] for i in range(COUNT)]
    accept("point_in_a_comma_file_small", "whole numbers far below a thousand: decimals without a note", low,
           [float(cell) for cell in low], sep=",")
    large = [*points[:-1], "1724"]
    accept("point_beside_a_large_number", "1724 without a point: so 1.705 has decimals", large,
           [float(cell) for cell in large])
    three = [f"{v / 1000:.3f}" for v in values]
    accept("point_three_decimals_everywhere", "three decimals in every cell, no whole number", three,
           [float(cell) for cell in three])
    two = [*points[:-1], "1.05"]
    accept("point_two_digits_once", "one cell with two digits behind the point: decimals", two,
           [float(cell) for cell in two])
    small = [("0.125", "12", "3.250", "40")[i % 4] for i in range(COUNT)]
    accept("point_behind_zero", "0.125 is no group of thousands: decimals", small, [float(cell) for cell in small])


def signs_around():
    percent = [f"{v}%" for v in wave(COUNT)]
    refuse("percent_refused", "percent signs in every cell", table(percent, ","), 2, ["--strip"])
    accept("percent", "percent signs by option", percent, wave(COUNT), "--strip %", sep=",")
    accept("percent_blank_before", "a blank before the percent sign", [f"{v} %" for v in wave(COUNT)], wave(COUNT),
           "--strip %", sep=",")
    mixed = [f"{v}%" if i == 20 else str(v) for i, v in enumerate(wave(COUNT))]
    refuse("percent_once_refused", "one percent sign", table(mixed, ","), 22, ["%", "--strip"])
    values = [round(v * 137, 2) for v in wave(COUNT)]
    dollars = [f'"${v:,.2f}"' for v in values]
    refuse("currency_dollar_refused", "$1,234.50 in every cell", table(dollars, ","), 2, ["--strip"])
    accept("currency_dollar", "$1,234.50 by two options", dollars, values, "--strip $ --thousands ,", sep=",")
    euros = [f"{v:,.2f} €".translate(str.maketrans(",.", ".,")) for v in values]
    accept("currency_euro_behind", "1.234,50 € by three options", euros, values,
           "--strip € --thousands . --decimal ,")
    below = [-v for v in values]
    accept("currency_behind_the_sign", "-$12.50: the currency between sign and number",
           [f"-${v:.2f}" for v in values], below, "--strip $", sep=",")


def missing_values():
    words = ["", "NA", "N/A", "#N/A", "<NA>", "NaN", "null", "None", "nan", "n/a", "NULL", "none", "na", "Null"]
    cells = [words[i // 2] if i % 2 and i // 2 < len(words) else str(v) for i, v in enumerate(wave(COUNT))]
    values = [None if i % 2 and i // 2 < len(words) else v for i, v in enumerate(wave(COUNT))]
    accept("missing_words", "every word for a missing value, in several cases of letters", cells, values, sep=",")
    accept("missing_blanks_around", "blanks around nothing and around NA",
           [(" NA ", "  ")[i % 2] if i % 7 == 3 else str(v) for i, v in enumerate(wave(COUNT))],
           [None if i % 7 == 3 else v for i, v in enumerate(wave(COUNT))], sep=",")
    accept("missing_first_and_last", "missing at both ends", ["", "", *wave(COUNT)[2:-1], "NaN"],
           with_missing(wave(COUNT), 0, 1, COUNT - 1), sep=",")
    accept("missing_quoted", "quoted nothing", ['""' if i % 6 == 1 else f'"{v}"' for i, v in enumerate(wave(COUNT))],
           [None if i % 6 == 1 else v for i, v in enumerate(wave(COUNT))], sep=",")
    accept("missing_999_is_a_number", "-999 is a number: nobody can know what it stands for",
           ["-999" if i in (5, 6) else v for i, v in enumerate(wave(COUNT))],
           [-999 if i in (5, 6) else v for i, v in enumerate(wave(COUNT))], sep=",")
    for name, mark in [("9999", "-9999"), ("99_decimals", "-99.99")]:
        marked = [mark if i % 9 == 4 else v for i, v in enumerate(wave(COUNT))]
        if name == "99_decimals":
            marked = [mark if i % 9 == 4 else v / 10 for i, v in enumerate(wave(COUNT))]
        accept(f"missing_{name}_noted", f"{mark} several times, far from all else, is a number with a note", marked,
               [float(v) for v in marked], sep=",", notes=[f"'y' holds {mark} 4 times"])
    near = [-99 if i % 9 == 4 else -v for i, v in enumerate(wave(COUNT))]
    accept("missing_99_among_others", "-99 among values around it has no note", near, near, sep=",")
    for name, word, why in [("question_mark", "?", "? for a missing value"), ("dash", "-", "- for a missing value"),
                            ("point", ".", ". for a missing value"), ("dashes", "---", "--- for a missing value"),
                            ("infinite", "inf", "an infinite value"), ("minus_infinity", "-Infinity", "minus infinity"),
                            ("division", "#DIV/0!", "a spreadsheet's error"), ("too_large", "1e400", "1e400"),
                            ("underscore", "1_000", "a programmer's thousands"), ("below", "<0.5", "below detection"),
                            ("flag", "12.5*", "a mark behind a number"), ("word", "offline", "a word"),
                            ("hexadecimal", "0x1F", "a number of base 16"), ("two_points", "1.2.3", "two points"),
                            ("true", "true", "true among numbers")]:
        cells = [*map(str, wave(COUNT))]
        cells[23] = word
        refuse(f"number_{name}_refused", f"{why} in a column of numbers", table(cells, ","), 25, [word])


def no_numbers():
    y = wave(COUNT)
    read("text_columns", "columns of text, of true and false are left out and named; one of nothing stays, all missing",
         lines("time,place,open,y,empty,version", formed(TIMES), ["Oslo"] * COUNT,
               [("true", "false")[i % 2] for i in range(COUNT)], y, [""] * COUNT,
               [f"v1.{i % 4}.2" for i in range(COUNT)]), TIMES, {"y": y, "empty": [None] * COUNT}, "1 hour", HOUR,
         text=["place", "open", "version"])
    read("text_that_begins_with_digits", "ranges and part numbers are text",
         lines("time,range,part,y", formed(TIMES), [f"{i}-{i + 5}" for i in range(COUNT)],
               [f"{i:03d}A" for i in range(COUNT)], y), TIMES, {"y": y}, "1 hour", HOUR, text=["range", "part"])
    refuse("text_with_one_number_refused", "a column of words with one number in it",
           lines("time,y,state", formed(TIMES), y, ["7" if i == 3 else "on" for i in range(COUNT)]), 2, ["on"])


def realistic():
    y = [round(v / 10, 3) for v in wave(COUNT)]
    cells = [f"{v:.3f}" for v in y]
    cells[11] = "?"
    household = "Date;Time;Global_active_power\n" + "".join(
        f"{time.day}/{time.month}/{time.year};{time:%H:%M:%S};{cell}\n"
        for time, cell in zip([time.replace(month=12, day=16 + time.day - 1) for time in TIMES], cells))
    refuse("household_power_refused", "a well-known file of a household's power: ? for missing values", household, 13,
           ["?"])
    price = [round(130 + v / 20, 2) for v in wave(24)]
    shown = [time.replace(day=1 + i) for i, time in enumerate([TIMES[0]] * 24)]
    rows = [f'"{time:%m/%d/%Y}","{p}","{12 + i / 10:.2f}M","{p / 100 - 1.3:.2f}%"'
            for i, (time, p) in enumerate(zip(shown, price))]
    investing = '"Date","Price","Vol.","Change %"\n' + "\n".join(reversed(rows)) + "\n"
    change = [float(f"{p / 100 - 1.3:.2f}") for p in price]
    read("quotes_site_export", "an export of prices: newest first, month first, volumes such as 12.30M, percent signs",
         investing, shown, {"Price": price, "Change %": change}, "1 day", timedelta(days=1),
         options="--sort --strip %", text=["Vol."], says=["sorted"])
