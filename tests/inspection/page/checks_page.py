"""Checks of the page as such: it asks for nothing, is readable, follows keys and slider, and is fast enough."""
import statistics

from selenium.webdriver.common.keys import Keys

FIRST_MAP_MS, MOVE_MS, MOVES = 2000, 50, 20
SMALL_TEXT = """const small = [];
for (const element of document.querySelectorAll('body *')) {
  if (element.closest('script, style') || element.getClientRects().length === 0) continue;
  const own = Array.from(element.childNodes).some(node => node.nodeType === 3 && node.data.trim());
  if (!own) continue;
  const drawing = element.closest('svg');
  const scale = drawing ? drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width : 1;
  const size = parseFloat(getComputedStyle(element).fontSize) * scale;
  if (size < 12) small.push(`${element.textContent.slice(0, 30)}: ${size}`);
}
return small;"""
OVERLAPS = """const found = [];
for (const axis of document.querySelectorAll('.plot-axis')) {
  const boxes = [...axis.children].map(e => e.getBoundingClientRect());
  boxes.forEach((one, n) => boxes.slice(n + 1).forEach((other, m) => {
    if (Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1)
      found.push([axis.children[n].textContent, axis.children[n + 1 + m].textContent]);
  }));
}
return found;"""
FOCUS = """const e = document.activeElement;
const style = getComputedStyle(e);
return [e.id || e.name || e.getAttribute('aria-label') || e.textContent.trim(), style.outlineStyle !== 'none',
        (e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length > 0 && 'labelled') || '')];"""


def it_opens_without_a_fault_or_a_request(page, report):
    assert page.fault == "", page.fault
    assert page.console() == []
    assert page.requests() == []
    assert page.run("return performance.getEntriesByType('resource').length;") == 0
    assert page.text("#title") == report.json["title"]
    assert f"{report.json['model']['parameters']:,} parameter" in page.text("#model-line")


def the_first_map_is_drawn_in_time(page, _report):
    timings = page.run("return sluice.timings;")
    print(f"    first map after {timings['first_map_ms']:.0f} ms")
    assert 0 < timings["first_map_ms"] < FIRST_MAP_MS


def a_move_is_drawn_in_time(page, report):
    page.set(step=0)
    page.settle()
    times = [page.move_ms((1 + n * 37) % report.steps) for n in range(MOVES)]
    print(f"    a move takes {statistics.median(times):.1f} ms, at most {max(times):.1f} ms")
    assert 0 < statistics.median(times) < MOVE_MS


def the_slider_moves_the_step(page, report):
    target = report.steps // 3
    page.run("const s = document.getElementById('step'); s.value = arguments[0]; s.dispatchEvent(new Event('input'));", target)
    assert page.state()["step"] == target
    assert f"row {report.json['steps']['first'] + target}," in page.text("#step-text")
    page.find("#step").send_keys(Keys.ARROW_RIGHT)
    assert page.state()["step"] == target + 1
    assert page.run("return Number(document.getElementById('step').value);") == target + 1


def keys_walk_through_steps_units_and_layers(page, report):
    page.run("document.activeElement.blur();")
    far, last, units = max(10, round(report.steps / 100)), report.steps - 1, report.layers[0]["units"]
    page.set(layer=0, step=far + 1, unit=0)
    shifted = page.actions().key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(Keys.SHIFT)
    walk = [(Keys.ARROW_RIGHT, "step", far + 2), (Keys.ARROW_LEFT, "step", far + 1), (shifted, "step", 1),
            (Keys.END, "step", last), (Keys.ARROW_RIGHT, "step", last), (Keys.HOME, "step", 0),
            (Keys.ARROW_DOWN, "unit", min(1, units - 1)), (Keys.ARROW_UP, "unit", 0), (Keys.ARROW_UP, "unit", 0),
            ("]", "layer", min(1, len(report.layers) - 1)), ("[", "layer", 0), ("[", "layer", 0)]
    for key, what, expected in walk:
        key.perform() if key is shifted else page.press(key)
        assert page.state()[what] == expected, (key, what, page.state(), expected)
    page.press("?")
    assert page.visible("#help")
    page.press(Keys.ESCAPE)
    assert not page.visible("#help")


def the_theme_switches_by_button_and_key(page, _report):
    looks = []
    for switch in (lambda: None, lambda: page.find("#theme").click(), lambda: page.press("t")):
        switch()
        page.settle()
        look = page.run("return [sluice.state.theme, getComputedStyle(document.body).backgroundColor];")
        signal = page.run("return [...document.querySelectorAll('.plot-frame[data-signal]')]"
                          ".find(e => e.clientWidth > 0).dataset.signal;")
        looks.append(look + [page.pixel(signal, 0.31, 0.4)])
    assert looks[0] == looks[2]
    assert {looks[0][0], looks[1][0]} == {"light", "dark"}
    assert looks[0][1] != looks[1][1]
    assert looks[0][2] != looks[1][2], "the maps keep the other theme's colours"


def the_tab_key_reaches_everything_and_shows_where_it_is(page, report):
    page.run("window.scrollTo(0, 0);")
    page.find("#title").click()  # from here on
    reached = []
    for _ in range(200):
        page.press(Keys.TAB)
        name, ring, label = page.run(FOCUS)
        if page.run("return document.activeElement === document.body;"):
            break
        reached.append(name)
        assert ring, f"no focus ring on {name}"
        assert label, f"no label on {name}"
    expected = ["keys", "theme", "step", "layer", "unit", "zoom-in", "zoom-out", "zoom-all"]
    expected += ["mode"] if report.json["experiment"] else []
    expected += ["flow-plot"] if report.json["flow"] else []
    expected += ["half-life", "choose unit 0 of layer 0"] if report.json["units"] else []
    assert [name for name in expected if name not in reached] == [], reached


def nothing_is_cut_off_or_too_small_to_read(page, _report):
    for width in (1280, 1000):
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        page.settle()
        inside, outside = page.run("const e = document.documentElement; return [e.clientWidth, e.scrollWidth];")
        assert outside <= inside, f"{outside} pixels wide at {width}"
        assert page.run(SMALL_TEXT) == []
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.settle()


def the_labels_of_an_axis_do_not_lie_over_each_other(page, report):
    assert page.run("return document.querySelectorAll('.plot-axis span').length;") > 2
    units = report.layers[0]["units"]
    for unit in range(0, units, max(1, units // 24)):  # each has its own range of values
        page.set(layer=0, unit=unit)
        assert page.run(OVERLAPS) == [], unit


PAGE_CHECKS = [it_opens_without_a_fault_or_a_request, the_first_map_is_drawn_in_time, a_move_is_drawn_in_time,
               the_slider_moves_the_step, keys_walk_through_steps_units_and_layers, the_theme_switches_by_button_and_key,
               the_tab_key_reaches_everything_and_shows_where_it_is, nothing_is_cut_off_or_too_small_to_read,
               the_labels_of_an_axis_do_not_lie_over_each_other]
