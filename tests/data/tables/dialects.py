#!/usr/bin/env python3
"""dialects.py FOLDER: writes one hourly series in 40 dialects, and list.txt with `file<TAB>options` a line.

All of them hold the same series by docs/tables.md: 312 hours from 2023-01-09 of a column `load` and a column
`temp`, with missing values in one of them, in the other and in both. A model trained on any of them must have
the same tensors. Python's standard library only.
"""
import datetime
import decimal
import gzip
import pathlib
import random
import sys

ROWS = 312
START = datetime.datetime(2023, 1, 9)
HOUR = datetime.timedelta(hours=1)
TIMES = [START + i * HOUR for i in range(ROWS)]
LOAD_MISSING = {17, 18, 101, 260}
TEMP_MISSING = {40, 101, 102, 199}
BOTH_MISSING = {77, 78, 230}  # rows that a dialect with gaps does not write


def series():
    """Load in tenths and temperature in hundredths, as decimals, so that every dialect writes the same digits."""
    chance, load, temp = random.Random(7), [], []
    warmth = 0
    for i, time in enumerate(TIMES):
        warmth += int(chance.random() * 81) - 40 - warmth // 20
        by_day = 12 - abs(12 - time.hour)
        tenths = 90000 + 4500 * by_day - 9000 * (time.weekday() > 4) - 11 * warmth + int(chance.random() * 3000)
        load.append(decimal.Decimal(tenths).scaleb(-1))
        temp.append(decimal.Decimal(warmth + 30 * by_day - 150).scaleb(-2))
    missing = LOAD_MISSING | BOTH_MISSING, TEMP_MISSING | BOTH_MISSING
    return [[None if i in places else value for i, value in enumerate(column)]
            for column, places in zip((load, temp), missing)]


LOAD, TEMP = series()


# How a number is written.

def plain(value):
    return str(value)


def comma(value):
    return str(value).replace(".", ",")


def english(value):
    return f"{value:,}"


def german(value):
    return f"{value:,}".translate(str.maketrans(",.", ".,"))


def swiss(value):
    return f"{value:,}".replace(",", "'")


def french(value):
    return f"{value:,}".replace(",", "\u202f").replace(".", ",")


def scientific(value):
    return f"{value:+e}"


def padded(value):
    return f"{value:>12}"


# How the time of a row is written: a list of cells.

def strftime(form):
    return lambda time: [time.strftime(form)]


def unix(factor):
    return lambda time: [str(int((time - datetime.datetime(1970, 1, 1)).total_seconds()) * factor)]


def excel(time):
    return [f"{(time - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1):.10f}"]


def end_of_day_24(time):
    """Midnight is the end of the day before."""
    before = time - HOUR
    return [f"{before:%d.%m.%Y} {time.hour or 24:02d}:00"]


def date_and_hour_1_to_24(time):
    return [f"{time - HOUR:%Y-%m-%d}", str(time.hour or 24)]


def no_zeros_am_pm(time):
    return [f"{time.month}/{time.day}/{time.year % 100} {(time.hour + 11) % 12 + 1}:00 {time:%p}"]


def jittering(time):
    return [(time + datetime.timedelta(seconds=time.hour * 7 % 5)).strftime("%Y-%m-%d %H:%M:%S")]


def an_hour_early_z(time):
    """In winter Berlin is an hour ahead of UTC."""
    return [(time - HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")]


def parts(time):
    return [str(time.year), str(time.month), str(time.day), str(time.hour)]


def always(text):
    return lambda time: [text]


def write(header, *cells, sep=",", number=plain, missing="", end="\n", quote="", before=(), under=(), rows=None,
          last_end=True, every=None, trailing=False):
    """The text of a table: `header` as it is written, and in each row `cells`: functions of the time that give
    lists of cells, or LOAD or TEMP. `before` and `under` are lines above and below the header, `every` a line
    after each 50th row."""
    lines = [*before, header, *under]
    for count, i in enumerate(range(ROWS) if rows is None else rows):
        row = []
        for cell in cells:
            if cell is LOAD or cell is TEMP:
                row.append(number(cell[i]) if cell[i] is not None else
                           missing if isinstance(missing, str) else missing[i % len(missing)])
            else:
                row += cell(TIMES[i])
        text = sep.join(f'"{c}"' if quote or (sep in c and sep.strip()) else c for c in row)
        lines.append(text + (sep if trailing else ""))
        if every and count % 50 == 49:
            lines.append(every)
    return end.join(lines) + (end if last_end else "")


def numbered():
    count = iter(range(1, ROWS + 1))
    return lambda time: [str(next(count))]


def shuffled():
    rows = list(range(ROWS))
    random.Random(3).shuffle(rows)
    return rows


def newest_first():
    return range(ROWS - 1, -1, -1)


def without_gaps():
    return [i for i in range(ROWS) if i not in BOTH_MISSING]


def zipped(text, encoding="utf-8"):
    return gzip.compress(text.encode(encoding), mtime=0)


def dialects():
    """Yields name, options and content, text or bytes."""
    iso, day_first = strftime("%Y-%m-%d %H:%M"), strftime("%d.%m.%Y %H:%M")
    words = ["NA", "", "NaN", "null", "#N/A", "<NA>", "None", "n/a"]
    both = LOAD, TEMP

    yield "plain.csv", "", write("time,load,temp", iso, *both)
    yield "semicolon_decimal_comma.csv", "--decimal ,", write("Zeit;load;temp", day_first, *both, sep=";", number=comma)
    yield "tab_t_crlf.tsv", "", write("time\tload\ttemp", strftime("%Y-%m-%dT%H:%M:%S"), *both, sep="\t", end="\r\n")
    yield "pipe_slashes.csv", "", write("time|load|temp", strftime("%Y/%m/%d %H:%M"), *both, sep="|", missing="NA")
    yield "blanks_aligned.txt", "", write("  time  load temp", strftime(" %Y-%m-%dT%H:%M"), *both, sep=" ",
                                          number=padded, missing="          NA")
    yield "caret_quoted.csv", "--delimiter ^", write('"time"^"load"^"temp"', iso, *both, sep="^", quote='"')
    yield "blanks_date_and_time.txt", "", write("date clock load temp", strftime("%Y-%m-%d"), strftime("%H:%M:%S"),
                                                *both, sep=" ", missing="nan")
    yield "mark_crlf_no_last_end.csv", "", "\ufeff" + write("time,load,temp", strftime("%Y-%m-%d %H"), *both,
                                                            end="\r\n", last_end=False)
    yield "utf16_tab.txt", "--encoding utf-16", ("\ufeff" + write("time\tload\ttemp", iso, *both, sep="\t",
                                                                 end="\r\n")).encode("utf-16-le")
    yield "utf16_high_byte_first.csv", "--encoding utf-16 --decimal ,", (
        "\ufeff" + write("time;load;temp", iso, *both, sep=";", number=comma)).encode("utf-16-be")
    yield "latin1_text_column.csv", "--encoding latin1", write(
        "Zeit,load,temp,Böe", iso, *both, always("schwach, häufig")).encode("latin-1")
    yield "gzip.csv.gz", "", zipped(write("time,load,temp", iso, *both, missing=words))
    yield "gzip_midnight_as_24.csv", "--decimal ,", zipped(write("time;load;temp", end_of_day_24, *both, sep=";",
                                                                 number=comma))
    yield "sep_line.csv", "", write("time;load;temp", iso, *both, sep=";", before=["sep=;"], end="\r\n")
    yield "title_and_units.csv", "", write("time,load,temp", iso, *both, before=["Load of the north", ""],
                                           under=[",MW,degC"])
    yield "hash_lines_month_names.csv", "", write("time,load,temp", strftime("%d %b %Y %H:%M"), *both,
                                                  before=["# station 12", "# made by hand, twice"])
    yield "comments_everywhere.csv", "--comment %", write("time,load,temp", iso, *both, before=["% exported"],
                                                          every="% checked")
    yield "skipped_lines.csv", "--skip 3", write("time,load,temp", iso, *both, before=["a,b,c", "1,2,3", "x,y,z"])
    yield "units_day_first.csv", "--decimal ,", write("Datum;load;temp", day_first, *both, sep=";", number=comma,
                                                     under=["dd.mm.yyyy hh:mm;MW;°C"], missing="NaN")
    yield "row_numbers.csv", "", write('"",time,load,temp', numbered(), iso, *both)
    yield "index_of_times.csv", "", write(",load,temp", strftime("%Y-%m-%d %H:%M:%S"), *both, missing="NaN")
    yield "one_name_fewer.txt", "", write('"time" "load" "temp"', numbered(), iso, *both, sep=" ", quote='"',
                                          missing="NA")
    yield "trailing_delimiter.csv", "", write("time;load;temp;", iso, *both, sep=";", trailing=True)
    yield "thousands_comma.csv", "--thousands ,", write("time,load,temp", iso, *both, number=english)
    yield "thousands_point.csv", "--thousands . --decimal ,", write("time;load;temp", day_first, *both, sep=";",
                                                                    number=german)
    yield "thousands_space.csv", "--thousands space --decimal ,", write(
        "time;load;temp", strftime("%d/%m/%Y %H:%M"), *both, sep=";", number=french)
    yield "thousands_apostrophe.csv", "--thousands \"'\"", write("time;load;temp", strftime("%d-%m-%y %H:%M"), *both,
                                                               sep=";", number=swiss)
    yield "signs_around.csv", "--strip '%$'", write("time,load,temp", iso, *both, number=lambda v: f"${v} %")
    yield "excel_exponents_newest_first.csv", "--sort --time-format excel", write(
        "date,load,temp", excel, *both, number=scientific, rows=newest_first())
    yield "shuffled_day_first.csv.gz", "--sort --decimal ,", zipped(write("Datum;load;temp", day_first, *both, sep=";",
                                                                          number=comma, rows=shuffled()))
    yield "month_first_am_pm.csv", "", write("Date,load,temp", no_zeros_am_pm, *both)
    yield "american_names_quoted.csv", "", write("when,load,temp", strftime("%b %d, %Y %I:%M %p"), *both)
    yield "mail_gmt.csv", "", write("when,load,temp", strftime("%a, %d %b %Y %H:%M:%S GMT"), *both)
    yield "basic_offset.csv", "", write("time,load,temp", strftime("%Y%m%dT%H%M%S+0100"), *both)
    yield "utc_shown_in_berlin.csv", "--zone Europe/Berlin", write("time,load,temp", an_hour_early_z, *both)
    yield "unix_milliseconds_gaps.csv", "", write("timestamp,load,temp", unix(1000), *both, rows=without_gaps())
    yield "stamps_of_hours.csv", "", write("MESS_DATUM;load;temp;eor", strftime("%Y%m%d%H"), *both, always("eor"),
                                           sep=";", number=padded)
    yield "date_and_hour_1_to_24.csv", "", write("date,hour,load,temp", date_and_hour_1_to_24, *both)
    yield "parts_of_times.csv", "", write("year,month,day,hour,load,temp", parts, *both)
    yield "own_form_jitter.csv", "--time stamp --time-format '%Y-%m-%d %H:%M:%S'", write(
        "made,stamp,load,temp", strftime("%d.%m.%Y 00:00"), jittering, *both)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for name, options, content in dialects():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        listed.append(f"{name}\t{options}\n")
    (folder / "list.txt").write_text("".join(listed), encoding="utf-8")
    print(f"{len(listed)} dialects")


if __name__ == "__main__":
    main()
