#!/usr/bin/env python3
"""pictures.py OUT_DIR REPORT.html: the pictures of docs/inside.md, from the report that is made there.

Of a report with an experiment the picture of that alone, of one without it the others. Not a test. Needs what
browser_test.py needs, and Debian's python3-pil: a palette makes the pictures a quarter as large.
"""
import argparse
import base64
import io
import pathlib

from PIL import Image
from browser import Page

WIDTH, PAPER = 1280, (0xfb, 0xfc, 0xfd)
UNIT, STEP = 131, 2471             # the unit that is told of; 1954-12, its cell nearly at its fullest
YEARS, EXPERIMENT = (2040, 2820), (2400, 2580)  # rows in view: 1919 to 1983, 1949 to 1963
COLUMNS = 15  # of inputs that are not zero throughout: no season was found in the data
BOX = """const boxes = arguments[0].map(s => document.querySelector(s).getBoundingClientRect());
return [Math.min(...boxes.map(b => b.top)), Math.max(...boxes.map(b => b.bottom))].map(y => y + window.scrollY);"""
MAPS = """for (const box of document.querySelectorAll('#signal-choices input'))
  if (box.checked !== arguments[0].includes(box.parentElement.textContent.trim())) box.click();"""
WHOLE = "document.documentElement.scrollHeight"


def taken(page, *selectors):
    """From the top of the first of these elements to the bottom of the last, over the page's whole width."""
    size = {"width": WIDTH, "height": page.run(f"return {WHOLE};"), "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.settle()
    top, bottom = page.run(BOX, selectors)
    clip = {"x": 0, "y": top - 4, "width": WIDTH, "height": bottom - top + 4, "scale": 1}
    shot = page.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.settle()
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")


def below_each_other(pictures):
    whole = Image.new("RGB", (WIDTH, sum(picture.height for picture in pictures)), PAPER)
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    return whole


def zoom(page, first, last):
    """Brings rows into view, as a drag over the drawing of the inputs does."""
    page.find("#zoom-all").click()
    count = page.run("return sluice.state.view.count;")
    page.drag("#overview-plots .plot-frame", first / count, last / count)
    page.settle()


def save(folder, name, picture):
    path = folder / f"inside_{name}.png"
    picture.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {picture.width} x {picture.height}, {path.stat().st_size / 1000:.0f} kB")


def walk(page, folder):
    page.run(MAPS, ["f", "i"])
    page.settle()
    save(folder, "maps", taken(page, "#overview", "#heat-maps"))
    zoom(page, *YEARS)
    save(folder, "unit", taken(page, "#unit-part", "#unit-figures"))
    save(folder, "gradient", below_each_other(
        [taken(page, "#flow-heading", "#attribution-part > .meaning"),
         taken(page, "#attribution h4:nth-of-type(2)", f"#attribution .strips:last-child .strip-names div:nth-child({COLUMNS})")]))
    for head in page.all("#unit-table th"):
        if head.text == "without it %":
            head.find_element("css selector", "button").click()
    page.run("document.querySelector('.table-frame').scrollTop = 0;")
    save(folder, "table", taken(page, "#units"))


def experiment(page, folder):
    page.run(MAPS, ["c"])
    zoom(page, *EXPERIMENT)
    page.find('#mode input[value="changed"]').click()
    parts = [taken(page, "#experiment"), taken(page, "#unit-curves")]
    page.find('#mode input[value="difference"]').click()
    parts.append(taken(page, "#heat-maps"))
    save(folder, "experiment", below_each_other(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("report", type=pathlib.Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    page = Page(options.report)
    try:
        page.set(step=STEP, unit=UNIT)
        (experiment if page.visible("#experiment") else walk)(page, options.folder)
    finally:
        page.close()


if __name__ == "__main__":
    main()
