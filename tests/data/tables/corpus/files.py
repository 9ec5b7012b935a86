"""Encodings, compression, delimiters, headers, lines around the table, quotes and line ends."""
from datetime import timedelta

from corpus.table import at, days, formed, hourly, hours, lines, read, refuse, wave, with_missing, zipped

HOUR = timedelta(hours=1)


def add_tables():
    encodings()
    compression()
    delimiters()
    lines_above()
    comments()
    units()
    headers()
    unnamed_columns()
    names()
    rows_and_line_ends()
    quotes()
    hardly_tables()


def encodings():
    text, expected = hourly()
    read("plain_hourly", "the plainest table: ISO times and one column", text, **expected)
    read("utf8_bom", "a byte order mark is no part of the first name", "\ufeff" + text, **expected)
    read("utf8_bom_quoted_header", "a byte order mark before a quoted first name",
         "\ufeff" + text.replace("time,y", '"time","y"'), **expected)
    umlauts = hourly(header="Zeit,Zähler °C")
    read("utf8_names", "names outside ASCII", umlauts[0], **{**umlauts[1], "columns": {"Zähler °C": wave(48)}})

    words = ["--encoding"]
    refuse("utf16_le_bom_refused", "UTF-16 as Excel's Unicode text is refused until it is said",
           b"\xff\xfe" + text.encode("utf-16-le"), words=words)
    refuse("utf16_be_bom_refused", "UTF-16, high byte first", b"\xfe\xff" + text.encode("utf-16-be"), words=words)
    refuse("utf16_without_bom_refused", "UTF-16 without a byte order mark: every second byte is zero",
           text.encode("utf-16-le"), words=words)
    read("utf16_le_bom", "UTF-16 by option", b"\xff\xfe" + text.encode("utf-16-le"),
         options="--encoding utf-16", **expected)
    read("utf16_be_bom", "UTF-16 by option, high byte first as its mark says",
         b"\xfe\xff" + text.encode("utf-16-be"), options="--encoding utf-16", **expected)
    read("utf16_without_bom", "UTF-16 by option, without a mark: low byte first as Windows writes it",
         text.encode("utf-16-le"), options="--encoding utf-16", **expected)
    tabs = hourly(sep="\t", header="time\ty")
    read("utf16_tab_crlf", "Excel's Unicode text as it comes: UTF-16, tabs, CRLF",
         b"\xff\xfe" + tabs[0].replace("\n", "\r\n").encode("utf-16-le"), options="--encoding utf-16", **tabs[1])

    degrees = hourly(header="time,Temperatur °C")
    latin = degrees[0].encode("latin-1")
    refuse("latin1_name_refused", "a degree sign of Latin-1 in the header is no UTF-8", latin, 1, words)
    read("latin1_name", "Latin-1 by option", latin, options="--encoding latin1",
         **{**degrees[1], "columns": {"Temperatur °C": wave(48)}})
    euro = hourly(header="time,Preis €")
    read("windows1252_euro", "latin1 is Windows-1252: byte 0x80 is the euro sign", euro[0].encode("cp1252"),
         options="--encoding latin1", **{**euro[1], "columns": {"Preis €": wave(48)}})
    times, y = hours(24), wave(24)
    notes = ["ok"] * 24
    notes[6] = "Wärme"
    text = lines("time,y,note", formed(times), y, notes)
    read("latin1_in_a_note_unsaid", "one letter of Latin-1 far down, in a column that is left out",
         text.encode("latin-1"), times, {"y": y}, "1 hour", HOUR, text=["note"])
    read("latin1_in_a_note", "the same by option: the column of text is left out", text.encode("latin-1"), times,
         {"y": y}, "1 hour", HOUR, options="--encoding latin1", text=["note"])


def compression():
    text, expected = hourly()
    read("gzip", "gzip", text, suffix=".csv.gz", **expected)
    read("gzip_named_csv", "gzip is known by its first two bytes, not by its name", zipped(text), **expected)
    cut = text.index("\n", 700) + 1
    read("gzip_two_members", "gzip files joined end to end are one file", zipped(text[:cut]) + zipped(text[cut:]),
         suffix=".csv.gz", **expected)
    refuse("gzip_cut_refused", "half of a compressed file: nothing of it is used", zipped(text)[:200],
           suffix=".csv.gz")
    semicolons = hourly(sep=";", header="time;y")
    read("gzip_bom_semicolon", "mark, semicolons and sep= inside gzip", "\ufeffsep=;\r\n" +
         semicolons[0].replace("\n", "\r\n"), suffix=".csv.gz", **semicolons[1])


def delimiters():
    for name, sep in [("semicolon", ";"), ("tab", "\t"), ("pipe", "|")]:
        text, expected = hourly(sep=sep, header="time" + sep + "y")
        read(f"delimiter_{name}", f"cells between {name}s", text, **expected)
    times, y, x = hours(48), wave(48), wave(48, 3)
    both = {"times": times, "columns": {"y": y, "x": x}, "step": "1 hour", "next": HOUR}
    read("delimiter_blanks", "cells between runs of blanks",
         lines("time   y  x", formed(times, "%Y-%m-%dT%H:%M"), y, x, sep="   "), **both)
    aligned = [f"{time:%Y-%m-%dT%H:%M}{a:>8}{b:>8}" for time, a, b in zip(times, y, x)]
    read("delimiter_blanks_aligned", "columns aligned at the right, with blanks before the first cell",
         "\n".join([f"{'time':>16}{'y':>8}{'x':>8}", *aligned]) + "\n", **both)
    read("delimiter_blanks_date_and_time", "a blank between date and time of day makes two cells: both have a name",
         lines("date time y x", formed(times), y, x, sep=" "), **both)
    read("delimiter_blanks_and_tabs", "runs of blanks and tabs in turn",
         lines("time \ty x", formed(times, "%Y-%m-%dT%H:%M"), [f"{v} " for v in y], x, sep=" \t"), **both)
    read("delimiter_tab_blank_in_times", "tabs, and a blank inside of the times",
         lines("time\ty\tx", formed(times), y, x, sep="\t"), **both)
    read("delimiter_caret_option", "any character by option", lines("time^y^x", formed(times), y, x, sep="^"),
         options="--delimiter ^", **both)
    read("delimiter_tab_option", "tab by its word", lines("time\ty\tx", formed(times), y, x, sep="\t"),
         options="--delimiter tab", **both)
    read("delimiter_space_option", "blanks by their word",
         lines("time y x", formed(times, "%Y-%m-%dT%H:%M"), y, x, sep=" "), options="--delimiter space", **both)
    loads = {**both, "columns": {"Load, MW": y, "Wind, MW": x}}
    read("semicolon_with_commas_in_header", "commas in the names of a semicolon file: the rows decide",
         lines("time;Load, MW;Wind, MW", formed(times), y, x, sep=";"), **loads)
    notes = ["north, east, south"] * 48
    read("semicolon_with_commas_in_text", "as many commas in every row as semicolons: the cells decide",
         lines("time;y;note", formed(times), y, notes, sep=";"), times, {"y": y}, "1 hour", HOUR, text=["note"])
    read("comma_with_semicolons_in_text", "semicolons inside of a text of a comma file",
         lines("time,y,note", formed(times), y, ["a;b;c"] * 48), times, {"y": y}, "1 hour", HOUR, text=["note"])
    read("pipe_with_commas_in_text", "commas inside of a text of a file of pipes",
         lines("time|y|note", formed(times), y, ["low, rising"] * 48, sep="|"), times, {"y": y}, "1 hour", HOUR,
         text=["note"])
    read("one_column", "one column needs no delimiter; without times rows are equally spaced",
         lines("y", y), columns={"y": y}, step="none")
    holes = with_missing(y, 5, 6, 30)
    read("one_column_with_empty_lines", "in a file of one column an empty line is a missing value",
         lines("y", holes), columns={"y": holes}, step="none")


def lines_above():
    text, expected = hourly(header="time;y", sep=";")
    read("sep_semicolon", "sep=; names the delimiter", "sep=;\n" + text, says=["sep="], **expected)
    read("sep_with_mark_crlf", "sep=; behind a byte order mark, CRLF", "\ufeffsep=;\r\n" + text.replace("\n", "\r\n"),
         **expected)
    tabs = hourly(header="time\ty", sep="\t")
    read("sep_tab", "sep= and a tab", "sep=\t\n" + tabs[0], **tabs[1])
    comma = hourly()
    read("sep_comma", "sep=,", "sep=,\n" + comma[0], **comma[1])

    read("preamble_hash", "lines that begin with # above the header",
         "# station 4711, roof\n# made by logger 2.1\n" + comma[0], says=["skipped"], **comma[1])
    read("preamble_hash_with_as_many_cells", "a # line with as many cells as the table",
         "# station,4711\n# height,34\n" + comma[0], says=["skipped"], **comma[1])
    times, y, x = hours(48), wave(48), wave(48, 3)
    wide = lines("time,y,x", formed(times), y, x)
    both = {"times": times, "columns": {"y": y, "x": x}, "step": "1 hour", "next": HOUR}
    read("preamble_title", "a title of one cell above the header", "Hourly load of the north\n" + wide,
         says=["skipped"], **both)
    read("preamble_title_and_empty_line", "a title, its date and an empty line above the header",
         "Hourly load of the north\nExported 2023-02-01 10:15\n\n" + wide, says=["skipped"], **both)
    read("preamble_pairs", "pairs of name and value above a table of three columns",
         "Station,Berlin\nHeight,34\nOperator,City\n\n" + wide, says=["skipped"], **both)
    read("preamble_same_cells_skip", "lines with as many cells as the table are skipped by number",
         "Station,Berlin\nHeight,34\n" + comma[0], options="--skip 2", **comma[1])
    long = "".join(f"{key}: {number}\n" for number, key in enumerate(["Logger", "Channel", "Gain"] * 10))
    read("preamble_thirty_lines", "thirty lines of settings above the table", long + wide, says=["skipped"], **both)
    read("preamble_thirty_lines_skip", "the same, counted by the user", long + wide, options="--skip 30", **both)
    weeks = [at("2023-01-01") + timedelta(days=7 * i) for i in range(20)]
    visits = [(i * 37 + 11) % 101 for i in range(20)]
    trends = "Category: All categories\n\n" + lines("Week,sluice: (Worldwide)", formed(weeks, "%Y-%m-%d"), visits)
    read("preamble_trends", "an export of search trends: category, empty line, weeks from Sunday", trends, weeks,
         {"sluice: (Worldwide)": visits}, "1 week", timedelta(days=7))
    low = trends.splitlines()
    low[9] = low[9].split(",")[0] + ",<1"
    refuse("preamble_trends_below_one_refused", "the same with <1 for little: no number", "\n".join(low) + "\n", 10,
           ["<1"])
    read("annotated_database_export", "lines of #group, #datatype, #default, an empty unnamed first column, "
         "three columns of times of which one is chosen",
         "#group,false,false,true,true,false,false\n"
         "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double\n"
         "#default,_result,,,,,\n" +
         lines(",result,table,_start,_stop,_time,_value", [""] * 24, [""] * 24, [0] * 24,
               ["2023-01-01T00:00:00Z"] * 24, ["2023-01-02T00:00:00Z"] * 24,
               formed(times[:24], "%Y-%m-%dT%H:%M:%SZ"), y[:24]),
         times[:24], {"result": [None] * 24, "table": [0] * 24, "_value": y[:24]}, "1 hour", HOUR,
         options="--time _time", clock="UTC")


def comments():
    text, expected = hourly()
    rows = text.splitlines()
    marked = "\n".join(rows[:20] + ["# sensor cleaned"] + rows[20:]) + "\n"
    refuse("comment_between_rows_refused", "a # line between rows is refused until --comment says so", marked, 21,
           ["--comment"])
    read("comment_between_rows", "skipped everywhere by option", marked, options="--comment #", says=["skipped"],
         **expected)
    percent = "% exported\n" + "\n".join(rows[:9] + ["% pause"] + rows[9:]) + "\n"
    read("comment_percent", "comments by another character, above the header too", percent, options="--comment %",
         says=["skipped"], **expected)
    refuse("footer_refused", "a line of source under the last row", text + "Source: city of Berlin\n", 50)
    refuse("footer_total_refused", "a sum under the last row is no value of the series",
           text + f"Total,{sum(wave(48)):.1f}\n", 50, ["Total"])


def units():
    times, y, x = hours(48), wave(48), wave(48, 3)
    both = {"times": times, "columns": {"y": y, "x": x}, "step": "1 hour", "next": HOUR}

    def under(header, *extra, sep=","):
        table = lines(header, formed(times), y, x, sep=sep).split("\n", 1)
        return "\n".join([table[0], *extra, table[1]])

    read("units_line", "a line of units under the header", under("time,y,x", "UTC,kW,degC"), says=["units"], **both)
    read("units_in_brackets", "units in brackets, none under the times", under("time,y,x", ",[kW],[°C]"),
         says=["units"], **both)
    read("units_with_form_of_times", "units, and the form of the times under their name",
         under("time;y;x", "yyyy-mm-dd hh:mm;kW;%", sep=";"), says=["units"], **both)
    read("units_for_one_column", "a unit under one column, nothing under the other", under("time,y,x", ",kW,"),
         says=["units"], **both)
    read("units_behind_preamble", "a title, the header, its units", "Station 12\n" + under("time,y,x", ",kW,K"),
         says=["units"], **both)
    refuse("units_two_lines_refused", "two lines under the header", under("time,y,x", ",kW,K", ",mean,mean"), 3,
           ["--skip"])
    refuse("logger_four_header_lines_refused", "a data logger's four lines: its own, names, units, kinds of mean",
           '"TOA5","CR1000","CR1000","4711","Std.31","CPU:roof.CR1","3061","Hourly"\n"TIMESTAMP","RECORD","AirTC_Avg"\n'
           '"TS","RN","Deg C"\n"","","Avg"\n' +
           "".join(f'"{time:%Y-%m-%d %H:%M:%S}",{i},{v}\n' for i, (time, v) in enumerate(zip(times, y))), 0,
           ["--skip"])
    opens = {"AAPL open": y[:30], "AAPL close": x[:30], "MSFT open": wave(30, 5), "MSFT close": wave(30, 7)}
    stocks = lines("date,AAPL,AAPL,MSFT,MSFT\n,open,close,open,close", formed(days(30), "%Y-%m-%d"), *opens.values())
    read("two_header_lines", "names that repeat are joined with the line under them", stocks, days(30), opens, "1 day",
         timedelta(days=1))
    index = lines(",AAPL,AAPL,MSFT,MSFT\ndate,open,close,open,close", formed(days(30), "%Y-%m-%d"), *opens.values())
    read("two_header_lines_name_of_times_below", "the same with the name of the times in the second line", index,
         days(30), opens, "1 day", timedelta(days=1))
    read("three_header_lines", "pandas writes a third header line where the index has a name",
         lines("Price,Close,Close\nTicker,AAPL,MSFT\nDate,,", formed(days(30), "%Y-%m-%d"), y[:30], x[:30]), days(30),
         {"Close AAPL": y[:30], "Close MSFT": x[:30]}, "1 day", timedelta(days=1))


def headers():
    times, y, x = hours(48), wave(48), wave(48, 3)
    refuse("no_header_refused", "the first line is a row: without names there is nothing to choose",
           "".join(f"{time:%Y-%m-%d %H:%M},{a},{b}\n" for time, a, b in zip(times, y, x)), 1, ["header"])
    refuse("no_header_numbers_refused", "rows of numbers without a header",
           "".join(f"{a},{b}\n" for a, b in zip(y, x)), 1, ["header"])
    both = {"times": times, "columns": {"y": y, "x": x}, "step": "1 hour", "next": HOUR}
    read("header_one_name_fewer_row_numbers", "R writes no name over its row numbers",
         lines('"time" "y" "x"', [f'"{i + 1}"' for i in range(48)], [f'"{text}"' for text in formed(times)], y, x,
               sep=" "), **both)
    read("header_one_name_fewer_times", "R's row names are the times", lines("y,x", formed(times), y, x), **both)
    read("header_one_name_fewer_date_and_time", "cells between blanks: date and time of day under one name",
         lines("time y x", formed(times), y, x, sep=" "), **both)
    refuse("header_too_short_refused", "two names for four cells: no reading is sure",
           lines("time,y", formed(times), y, x, wave(48, 5)), 0)
    refuse("header_too_long_refused", "four names for three cells", lines("time,y,x,z", formed(times), y, x), 0)
    refuse("names_repeat_refused", "two columns of one name and nothing under them to tell them apart",
           lines("time,y,y", formed(times), y, x), 1, ["y"])
    refuse("unnamed_column_inside_refused", "a column of numbers without a name",
           lines("time,,y", formed(times), x, y), 1)
    read("names_differ_in_case", "y and Y are two names", lines("time,y,Y", formed(times), y, x), times,
         {"y": y, "Y": x}, "1 hour", HOUR)
    wind, pressure = [round(v / 10, 1) for v in y], [round(1000 + v / 10, 1) for v in y]
    read("buoy_header_in_comments", "a buoy's header begins with #, under it stands a line of units of the same kind",
         "#YY  MM DD hh mm WSPD  PRES\n#yr  mo dy hr mn  m/s   hPa\n" +
         "".join(f"{time:%Y %m %d %H %M}  {a:4.1f} {b:.1f}\n" for time, a, b in zip(times, wind, pressure)), times,
         {"WSPD": wind, "PRES": pressure}, "1 hour", HOUR)


def unnamed_columns():
    times, y, x = hours(48), wave(48), wave(48, 3)
    both = {"times": times, "columns": {"y": y, "x": x}, "step": "1 hour", "next": HOUR}
    read("index_row_numbers", "pandas' row numbers from 0 are left out",
         lines(",time,y,x", range(48), formed(times), y, x), **both)
    read("index_row_numbers_from_one", "row numbers from 1", lines('"",time,y,x', range(1, 49), formed(times), y, x),
         **both)
    read("index_times", "pandas writes an index of times without a name",
         lines(",y,x", formed(times, "%Y-%m-%d %H:%M:%S"), y, x), **both)
    read("index_dates", "the same with days", lines(",y,x", formed(days(48), "%Y-%m-%d"), y, x), days(48),
         {"y": y, "x": x}, "1 day", timedelta(days=1))
    read("index_row_numbers_no_times", "row numbers and no times", lines(",y,x", range(48), y, x),
         columns={"y": y, "x": x}, step="none")
    read("trailing_delimiter", "a delimiter at the end of every line, the header too",
         lines("time;y;x;", formed(times), y, x, [""] * 48, sep=";"), **both)
    read("trailing_delimiter_rows_only", "a delimiter at the end of the rows, not of the header: "
         "the last cells are empty, so no name is missing in front",
         lines("time,y,x", formed(times), y, x, [""] * 48), **both)
    refuse("trailing_column_with_values_refused", "an unnamed last column with values",
           lines("time,y,", formed(times), y, x), 1)


def names():
    times, y, x = hours(48), wave(48), wave(48, 3)
    rest = {"times": times, "step": "1 hour", "next": HOUR}
    read("name_with_comma", "a quoted name with a comma", lines('time,"Load, MW",x', formed(times), y, x),
         columns={"Load, MW": y, "x": x}, **rest)
    read("name_with_quotes", "doubled quotes in a name", lines('time,"the ""big"" one",x', formed(times), y, x),
         columns={'the "big" one': y, "x": x}, **rest)
    read("name_with_line_break", "a line end inside of a quoted name",
         lines('time,"Load\n(MW)",x', formed(times), y, x), columns={"Load\n(MW)": y, "x": x}, **rest)
    broken = lines('time,"Load\n(MW)",x', formed(times), y, x).split("\n")
    broken[11] = broken[11].replace(",", ",oops", 1)
    refuse("name_with_line_break_bad_cell_refused", "lines are counted as an editor counts them, the broken header too",
           "\n".join(broken), 12, ["oops"])
    read("blank_after_comma", "a blank behind every comma is part of neither names nor numbers",
         lines("time, y, x", formed(times), y, x, sep=", "), columns={"y": y, "x": x}, **rest)
    read("name_with_colon_and_unit", "names as dashboards write them",
         lines('time,"node: cpu {host=""a""}",x', formed(times), y, x),
         columns={'node: cpu {host="a"}': y, "x": x}, **rest)


def rows_and_line_ends():
    text, expected = hourly()
    rows = text.splitlines()
    times, y, x = hours(48), wave(48), wave(48, 3)
    wide = lines("time,y,x", formed(times), y, x).splitlines()
    read("line_ends_crlf", "CRLF", text.replace("\n", "\r\n"), **expected)
    read("line_ends_cr", "CR alone", text.replace("\n", "\r"), **expected)
    read("line_ends_mixed", "two files joined, one of them from Windows",
         "\n".join(rows[:20]) + "\n" + "\r\n".join(rows[20:]) + "\r\n", **expected)
    read("last_line_without_end", "a complete last row needs no line end", text.rstrip("\n"), **expected)
    read("empty_lines_at_end", "empty lines at the end do not count", text + "\n\n\r\n", **expected)
    read("blank_lines_at_end", "lines of blanks at the end do not count", text + "   \n  \n", **expected)
    refuse("empty_line_inside_refused", "an empty line between rows of two columns",
           "\n".join(rows[:30] + [""] + rows[30:]) + "\n", 31)
    refuse("row_too_short_refused", "a row with a cell too few", "\n".join(wide[:25] + [wide[25].rsplit(",", 1)[0]] +
           wide[26:]) + "\n", 26, ["3", "2"])
    refuse("row_too_long_refused", "a decimal comma makes a cell too many",
           "\n".join(wide[:25] + [wide[25].replace(".", ",", 1)] + wide[26:]) + "\n", 26, ["3", "4"])
    refuse("cut_last_row_refused", "the file ends inside of its last row", "\n".join(wide)[:-len(wide[-1]) + 18], 49,
           ["cut"])
    refuse("cut_in_quotes_refused", "the file ends inside of quotes", text + '"2023-01-03 00', 50)
    refuse("only_delimiters_at_end_refused", "rows that a spreadsheet left empty have no time",
           "\n".join(wide) + "\n,,\n,,\n", 50)


def quotes():
    times, y = hours(48), wave(48)
    rest = {"times": times, "columns": {"y": y}, "step": "1 hour", "next": HOUR}
    read("quoted_everything", "names, times and numbers in quotes",
         lines('"time","y"', [f'"{text}"' for text in formed(times)], [f'"{v}"' for v in y]), **rest)
    notes = ['"wind, ""strong"""' if i % 5 == 0 else '"calm\nsea"' for i in range(48)]
    read("quoted_text", "delimiters, doubled quotes and line ends in a column of text",
         lines("time,note,y", formed(times), notes, y), text=["note"], **rest)
    wrong = [*map(str, y[:10]), "bad", *map(str, y[11:])]
    refuse("quoted_line_ends_bad_cell_refused", "line ends in cells count as lines",
           lines("time,y,note", formed(times), wrong, ['"a\nb"'] * 48), 22, ["bad"])
    opened = lines("time,note,y", formed(times), ['"open' if i == 7 else "shut" for i in range(48)], y)
    refuse("quote_never_closed_refused", "a quote that nobody closes swallows the rest: its line is named", opened, 9)
    read("quote_inside_a_cell", "a quote in the middle of a cell that does not begin with one is a letter",
         lines("time,note,y", formed(times), ['5" pipe'] * 48, y), text=["note"], **rest)


def hardly_tables():
    text, _ = hourly()
    refuse("empty_refused", "no bytes at all", b"")
    refuse("whitespace_only_refused", "nothing but blanks and line ends", "  \n\n \t\n")
    refuse("mark_only_refused", "a byte order mark and nothing else", "\ufeff")
    refuse("header_only_refused", "names and no row", "time,y\n")
    one = hours(1)
    read("one_row", "one row: enough to forecast from, too little for a step", "time,y\n2023-01-01 00:00,12.5\n", one,
         {"y": [12.5]}, "unknown")
    read("two_rows", "two rows have one difference", "time,y\n2023-01-01 00:00,12.5\n2023-01-01 06:00,13\n",
         hours(2, hours=6), {"y": [12.5, 13]}, "6 hours", timedelta(hours=6))
    rows = text.splitlines()
    refuse("nul_byte_refused", "a zero byte in a cell", "\n".join(rows[:12]) + "\n2023-01-01 11:00,1\x002\n", 13)
    refuse("picture_refused", "a picture under the name of a table",
           b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00\x1f\xf3\xffa")
    refuse("spreadsheet_named_csv_refused", "an xlsx that was renamed",
           b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00b\xee\x9dh^\x01\x00\x00\x90\x04\x00\x00[Content_Types].xml")
