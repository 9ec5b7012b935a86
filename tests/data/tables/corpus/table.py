"""A table of the corpus: the bytes of the file, and the reading that is expected of it as text.

Both are made from one series: the expected times, sums and missing values are those that were put in, and
nothing is parsed here. The keys of the text are in README.md.
"""
import datetime
import gzip
import math

TABLES = {}  # by name: suffix, bytes, the lines of the expectation
HOLIDAYS = {}  # by name: the bytes of NAME.holidays


def iso(time):
    """The one style of the expectations: seconds and fractions only where there are any."""
    text = time.strftime("%Y-%m-%d %H:%M")
    if time.microsecond:
        fraction = f"{time.microsecond:06d}"
        return text + f":{time.second:02d}." + (fraction[:3] if fraction.endswith("000") else fraction)
    return text + (f":{time.second:02d}" if time.second else "")


def spelled(name):
    """A name as it is written on the command line, its line ends as \\n."""
    if "," in name or '"' in name:
        name = '"' + name.replace('"', '""') + '"'
    return name.replace("\n", "\\n")


def add(name, data, lines, suffix):
    assert name not in TABLES, name
    if isinstance(data, str):
        data = data.encode("utf-8")
    if suffix == ".csv.gz" and data[:2] != b"\x1f\x8b":
        data = zipped(data)
    TABLES[name] = (suffix, data, lines)


def zipped(data):
    return gzip.compress(data if isinstance(data, bytes) else data.encode("utf-8"), mtime=0)


def read(name, why, data, times=None, columns=None, step=None, next=None, gaps=0, options="", clock=None,
         text=(), says=(), notes=(), suffix=".csv"):
    """A table that is read. `times` in rising order; `next` is the time from row to row, or the two times
    that follow; `gaps` counts the rows that fill gaps; `columns` holds a list of values by name."""
    count = len(times) if times else len(next_values(columns))
    lines = [f"options: {options}"] if options else []
    lines += [f"why: {why}", f"rows: {count + gaps}"]
    lines += [f"step: {step}"] if step else []
    if times:
        assert times == sorted(times) or clock, name  # wall clocks of a zone may be put back
        lines += [f"first: {iso(times[0])}", f"last: {iso(times[-1])}"]
        if isinstance(next, datetime.timedelta):
            next = [times[-1] + next, times[-1] + 2 * next]
        if next:
            lines.append("next: " + " | ".join(map(iso, next)))
    lines += [f"clock: {clock}"] if clock else []
    lines.append("columns: " + ", ".join(map(spelled, columns)))
    lines += ["text: " + ", ".join(map(spelled, text))] if text else []
    for column, values in columns.items():
        assert len(values) == count, (name, column)
        known = [value for value in values if value is not None]
        lines.append(f"sum {spelled(column)}: {math.fsum(known):.10g}")
        lines.append(f"missing {spelled(column)}: {count + gaps - len(known)}")
    lines += [f"says: {word}" for word in says]
    lines += [f"note: {word}" for word in notes]
    add(name, data, lines, suffix)


def refuse(name, why, data, line=0, words=(), options="", suffix=".csv"):
    """A table that is refused; `line` is the one that the message must name, 0 where none is demanded."""
    lines = [f"options: {options}"] if options else []
    lines += [f"why: {why}", f"refused: {line}"]
    lines += ["words: " + " | ".join(words)] if words else []
    add(name, data, lines, suffix)


def next_values(columns):
    return next(iter(columns.values()))


# The series.

def at(text):
    return datetime.datetime.fromisoformat(text)


def span(start, count, **step):
    """Times one timedelta apart."""
    first, delta = at(start), datetime.timedelta(**step)
    return [first + i * delta for i in range(count)]


def hours(count, start="2023-01-01", **step):
    return span(start, count, **(step or {"hours": 1}))


def days(count, start="2023-01-01"):
    return span(start, count, days=1)


def months(count, start="2023-01-01", by=1, day=None):
    """One day of every `by`-th month; day 31 is the last one of the month, and so are days that it lacks."""
    first, times = at(start), []
    for i in range(count):
        index = first.year * 12 + first.month - 1 + i * by
        times.append(day_of(index // 12, index % 12 + 1, day or first.day).replace(hour=first.hour))
    return times


def day_of(year, month, day):
    return datetime.datetime(year, month, min(day, last_day(year, month)))


def last_day(year, month):
    following = datetime.datetime(year + month // 12, month % 12 + 1, 1)
    return (following - datetime.timedelta(days=1)).day


def weekdays(times, allowed="0123456"):
    """Those times that lie on the weekdays given; 0 is Monday."""
    return [time for time in times if str(time.weekday()) in allowed]


def wave(count, seed=0):
    """A series with one decimal that repeats in no day and no week."""
    return [((i * i * 7 + i * 13 + seed * 29) % 971) / 10 for i in range(count)]


def with_missing(values, *places):
    return [None if i in places else value for i, value in enumerate(values)]


# The text.

def lines(header, *columns, sep=",", end="\n"):
    """The header line (a string, as it is written) and rows of cells; None is an empty cell."""
    rows = [sep.join("" if cell is None else str(cell) for cell in row) for row in zip(*columns)]
    return end.join([header, *rows]) + end


def formed(times, form="%Y-%m-%d %H:%M"):
    return [time.strftime(form) for time in times]


def hourly(count=48, header="time,y", sep=",", end="\n", start="2023-01-01"):
    """The plain table that files.py varies: its text, and the arguments of read()."""
    times, y = hours(count, start), wave(count)
    expected = {"times": times, "columns": {"y": y}, "step": "1 hour", "next": datetime.timedelta(hours=1)}
    return lines(header, formed(times), y, sep=sep, end=end), expected
