"""Offsets, named zones, and the two nights a year in which clocks are changed."""
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from corpus.table import at, days, formed, hours, lines, read, refuse, span, wave

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
SPRING, AUTUMN = "2023-03-25T12:00", "2023-10-28T12:00"  # in UTC, half a day before Berlin's clocks are changed


def add_tables():
    one_offset()
    changing_offsets()
    offsets_that_do_not_fit()
    zones()
    zones_of_days()
    hours_that_are_none()
    without_a_zone()


def local_hour(time):
    return walls(BERLIN, [time])[0].hour


def walls(zone, times):
    """What a clock in the zone shows at times in UTC."""
    return [t.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for t in times]


def with_offsets(zone, times, form="%Y-%m-%dT%H:%M:%S"):
    """As above, with the offset behind: 2023-03-26T01:00:00+01:00."""
    text = []
    for t in times:
        there = t.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone))
        offset = there.strftime("%z")
        text.append(there.strftime(form) + offset[:3] + ":" + offset[3:])
    return text


def accept(name, why, cells, times, step, next, **more):
    y = wave(len(times))
    read(name, why, lines("time,y", cells, y), times, {"y": y}, step, next, **more)


def reject(name, why, cells, line, words=(), **more):
    refuse(name, why, lines("time,y", cells, wave(len(cells))), line, words, **more)


def one_offset():
    h = hours(48)
    for name, behind, clock in [("z", "Z", "UTC"), ("blank_utc", " UTC", "UTC"), ("gmt", " GMT", "UTC"),
                                ("zero", "+00:00", "UTC"), ("hours_and_minutes", "+02:00", "+02:00"),
                                ("four_digits", "+0200", "+02:00"), ("two_digits", "+02", "+02:00"),
                                ("blank_before", " +0200", "+02:00"), ("west", "-05:00", "-05:00"),
                                ("half_hours", "+05:30", "+05:30"), ("quarter_hours", "+05:45", "+05:45")]:
        accept(f"offset_{name}", f"'{behind}' in every row: the times are shown on that clock",
               formed(h, f"%Y-%m-%dT%H:%M:%S{behind}"), h, "1 hour", HOUR, clock=clock)
    accept("offset_basic_z", "basic form with Z", formed(h, "%Y%m%dT%H%M%SZ"), h, "1 hour", HOUR, clock="UTC")
    fine = span("2023-01-01", 60, milliseconds=250)
    accept("offset_z_fractions", "fractions before Z", [t.isoformat(timespec="milliseconds") + "Z" for t in fine], fine,
           "0.25 seconds", timedelta(milliseconds=250), clock="UTC")
    accept("offset_days", "midnight at one offset", formed(days(40), "%Y-%m-%d 00:00:00+01:00"), days(40), "1 day", DAY,
           clock="+01:00")
    accept("clock_local", "times without an offset are on the file's own clock", formed(h), h, "1 hour", HOUR,
           clock="local")


def changing_offsets():
    for name, zone, start in [("spring", BERLIN, SPRING), ("autumn", BERLIN, AUTUMN),
                              ("new_york_autumn", NEW_YORK, "2023-11-04T12:00")]:
        utc = hours(48, start)
        accept(f"offsets_change_in_{name}", "hourly rows whose offset changes are instants, shown in UTC",
               with_offsets(zone, utc), utc, "1 hour", HOUR, clock="UTC")
    utc = hours(48, AUTUMN)
    accept("offsets_change_zone", "the same with its zone: shown on the zone's clock", with_offsets(BERLIN, utc),
           walls(BERLIN, utc), "1 hour", walls(BERLIN, hours(50, AUTUMN)[48:]), options=f"--zone {BERLIN}",
           clock=BERLIN)
    local = days(40, "2023-03-10")
    instants = [t.replace(tzinfo=ZoneInfo(BERLIN)).astimezone(timezone.utc).replace(tzinfo=None) for t in local]
    accept("offsets_change_days_zone", "midnights of Berlin over the change of its clock: one day apart by option",
           with_offsets(BERLIN, instants), local, "1 day", DAY, options=f"--zone {BERLIN}", clock=BERLIN)
    y = wave(40)
    read("offsets_change_days", "the same without the option: days are counted on the wall clock",
         lines("time,y", with_offsets(BERLIN, instants), y), local, {"y": y}, "1 day", DAY, clock="local")
    utc = span("2023-10-28T20:00", 60, minutes=15)
    accept("offsets_change_quarter_hours", "quarter hours through the hour that occurs twice",
           with_offsets(BERLIN, utc), utc, "15 minutes", timedelta(minutes=15), clock="UTC")
    session = [t for t in hours(24 * 60, "2023-03-06") if 9 <= local_hour(t) < 17]
    gaps = (session[-1] - session[0]) // HOUR + 1 - len(session)
    accept("offsets_change_session", "hours of a session in Berlin: not found on UTC, and a note names --zone",
           with_offsets(BERLIN, session), session, "1 hour", HOUR, clock="UTC", gaps=gaps, notes=["--zone"])
    twos = [t for t in session if local_hour(t) % 2]
    reject("offsets_change_two_hours_refused", "every two hours of a session in Berlin are no grid on UTC",
           with_offsets(BERLIN, twos), 2 + next(i for i, t in enumerate(twos) if t > datetime(2023, 3, 26)), ["--zone"])
    shown = walls(BERLIN, session)
    accept("offsets_change_session_zone", "the same with its zone", with_offsets(BERLIN, session), shown,
           "1 hour, 09:00 to 16:00", None, options=f"--zone {BERLIN}", clock=BERLIN)
    mixed = [text for pair in zip(with_offsets(BERLIN, hours(48)[::2]), formed(hours(48)[1::2], "%Y-%m-%dT%H:%M:%SZ"))
             for text in pair]
    accept("offsets_of_two_sources", "an offset in one row, Z in the next", mixed, hours(48), "1 hour", HOUR,
           clock="UTC")


def offsets_that_do_not_fit():
    h = hours(48)
    some = formed(h, "%Y-%m-%d %H:%M+01:00")
    some[20] = some[20][:-6]
    reject("offset_not_in_every_row_refused", "one row without an offset", some, 22)
    plain = formed(h)
    plain[20] += "Z"
    reject("offset_in_one_row_refused", "one row with an offset", plain, 22)
    wrong = formed(h, "%Y-%m-%d %H:%M+01:00")
    wrong[20] = wrong[20].replace("+01:00", "+25:00")
    reject("offset_too_large_refused", "+25:00 is no offset", wrong, 22, ["+25:00"])
    reject("zone_letters_refused", "CET is no offset: --zone takes the zone's name",
           formed(h, "%Y-%m-%d %H:%M CET"), 2, ["CET"])
    reject("zone_unknown_refused", "a zone that there is not", formed(h), 0, ["Mars/Olympus"],
           options="--zone Mars/Olympus")
    shown = formed(hours(48, "2023-10-28T12:00"), "%Y-%m-%d %H:%M+01:00")
    accept("offset_with_zone", "one offset all the time and a zone: instants, shown on the zone's clock", shown,
           walls(BERLIN, [t - HOUR for t in hours(48, "2023-10-28T12:00")]), "1 hour",
           walls(BERLIN, [t - HOUR for t in hours(50, "2023-10-28T12:00")[48:]]), options=f"--zone {BERLIN}",
           clock=BERLIN)


def zoned(name, why, zone, utc, step, after=None, **more):
    """Rows on the zone's clock without an offset; `after`: the next two in UTC."""
    after = after or [utc[-1] + i * (utc[1] - utc[0]) for i in (1, 2)]
    accept(name, why, formed(walls(zone, utc)), walls(zone, utc), step, walls(zone, after), options=f"--zone {zone}",
           clock=zone, **more)


def zones():
    zoned("zone_berlin_spring", "02:00 is not there on 26 March: no gap", BERLIN, hours(48, SPRING), "1 hour")
    zoned("zone_berlin_autumn", "02:00 occurs twice on 29 October", BERLIN, hours(48, AUTUMN), "1 hour")
    zoned("zone_new_york_spring", "02:00 is not there on 12 March", NEW_YORK, hours(48, "2023-03-11T18:00"), "1 hour")
    zoned("zone_new_york_autumn", "01:00 occurs twice on 5 November", NEW_YORK, hours(48, "2023-11-04T18:00"), "1 hour")
    zoned("zone_lord_howe_spring", "half an hour is not there on 1 October", "Australia/Lord_Howe",
          span("2023-09-30T05:30", 60, minutes=30), "30 minutes")
    zoned("zone_lord_howe_autumn", "half an hour occurs twice on 2 April", "Australia/Lord_Howe",
          span("2023-04-01T05:00", 60, minutes=30), "30 minutes")
    zoned("zone_kathmandu", "5:45 ahead of UTC, no summer time", "Asia/Kathmandu", hours(48, "2023-01-01T00:15"),
          "1 hour")
    zoned("zone_berlin_quarter_hours", "four quarter hours that occur twice", BERLIN,
          span("2023-10-28T20:00", 60, minutes=15), "15 minutes")
    zoned("zone_next_in_the_hour_that_occurs_twice", "ends at the first 02:00: the second one comes next", BERLIN,
          hours(20, "2023-10-28T05:00"), "1 hour")
    zoned("zone_next_over_the_hour_that_is_none", "ends at 01:00: 03:00 comes next", BERLIN,
          hours(20, "2023-03-25T05:00"), "1 hour")
    zoned("zone_six_hours", "steps of hours are elapsed time: 00:00, 07:00, 13:00 after the change", BERLIN,
          span("2023-03-24T23:00", 30, hours=6), "6 hours")
    h = hours(48)
    utc = walls("Asia/Kathmandu", h)
    accept("zone_kathmandu_from_z", "Z and a zone: shown on its clock", formed(h, "%Y-%m-%dT%H:%MZ"), utc, "1 hour",
           HOUR, options="--zone Asia/Kathmandu", clock="Asia/Kathmandu")
    seconds = [int((t - datetime(1970, 1, 1)).total_seconds()) for t in hours(48, AUTUMN)]
    accept("zone_unix", "seconds since 1970 and a zone", seconds, walls(BERLIN, hours(48, AUTUMN)), "1 hour",
           walls(BERLIN, hours(50, AUTUMN)[48:]), options=f"--zone {BERLIN}", clock=BERLIN)
    kept = [i for i in range(48) if i not in (2, 3)]
    spring = hours(48, SPRING)
    zoned("zone_gap_beside_the_change", "two rows that are not there in the evening before the change", BERLIN,
          [spring[i] for i in kept], "1 hour", gaps=2)


def zones_of_days():
    d = days(40, "2023-03-10")
    accept("zone_days", "dates are on no clock, whatever the zone", formed(d, "%Y-%m-%d"), d, "1 day", DAY,
           options=f"--zone {BERLIN}", clock="local")
    noon = [t.replace(hour=12) for t in d]
    accept("zone_days_at_noon", "noon every day over the change", formed(noon), noon, "1 day", DAY,
           options=f"--zone {NEW_YORK}", clock=NEW_YORK)
    santiago = days(30, "2023-08-20")
    accept("zone_days_midnight_that_is_none", "Santiago's clock goes from 23:59 to 01:00 on 3 September 2023: "
           "a date without a time of day still is that day", formed(santiago, "%Y-%m-%d"), santiago, "1 day", DAY,
           options="--zone America/Santiago")


def hours_that_are_none():
    cells = formed(hours(48, "2023-03-25T12:00"))
    reject("zone_hour_that_is_none_refused", "02:00 on 26 March 2023 never was in Berlin", cells, 16,
           ["2023-03-26 02:00"], options=f"--zone {BERLIN}")
    half = formed(span("2023-09-30T14:00", 60, minutes=30))
    reject("zone_half_hour_that_is_none_refused", "02:00 on 1 October 2023 never was on Lord Howe Island", half, 26,
           ["2023-10-01 02:00"], options="--zone Australia/Lord_Howe")
    once = formed(hours(48, "2023-10-28T12:00"))
    reject("zone_hour_twice_written_once_refused", "02:00 on 29 October stands there once: which of the two", once, 16,
           ["2023-10-29 02:00"], options=f"--zone {BERLIN}")
    thrice = formed(walls(BERLIN, hours(48, AUTUMN)))
    place = thrice.index("2023-10-29 02:00")
    thrice.insert(place, "2023-10-29 02:00")
    reject("zone_hour_three_times_refused", "02:00 three times", thrice, place + 4, options=f"--zone {BERLIN}")
    again = formed(hours(48, "2023-06-01"))
    again.insert(20, again[19])
    reject("zone_repeated_in_summer_refused", "a time twice on a day on which no clock is changed", again, 22,
           options=f"--zone {BERLIN}")


def without_a_zone():
    spring = walls(BERLIN, hours(48, SPRING))
    accept("no_zone_spring", "the hour that is none is a gap on a clock without a zone", formed(spring), spring,
           "1 hour", HOUR, gaps=1, clock="local")
    autumn = formed(walls(BERLIN, hours(48, AUTUMN)))
    second = autumn.index("2023-10-29 02:00") + 1
    reject("no_zone_autumn_refused", "the hour that occurs twice wants a zone", autumn, second + 2, ["--zone"])
    kept = [text for i, text in enumerate(autumn) if i != second]
    times = [at(text.replace(" ", "T")) for text in kept]
    accept("no_zone_autumn_without_the_second", "a logger that drops the second 02:00 has a plain grid", kept, times,
           "1 hour", HOUR, clock="local")
