"""The page in a real browser, as a colleague opens it: on a desk and on a telephone, without a network."""

import shutil

import pytest

from gapwise.reports import errors_page, labels_page
from gapwise.reports.page import page
from tests.gapwise.reports.test_page import HOSTILE, answer
from tests.inspected import error_report, label_report

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium(require, folder):
    """A browser without a window, whose settings are in a folder of its own."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    require(program and driver, "needs Chromium and its driver: apt-get install chromium chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in [*QUIET, f"--user-data-dir={folder}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


@pytest.fixture(scope="module")
def browser(require, tmp_path_factory):
    opened = chromium(require, tmp_path_factory.mktemp("browser"))
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "plain": answer(),
        "hostile": answer(("main", HOSTILE, "x" * 120), classes=("good", HOSTILE)),
        "many": answer(
            tuple(f"setting-{number}" for number in range(12)), classes=tuple(f"class {n}" for n in range(9))
        ),
    }
    for name, made in pages.items():
        (folder / f"{name}.html").write_text(page(*made), encoding="utf-8")
    (folder / "labels.html").write_text(labels_page.page(label_report(HOSTILE, "y" * 120)), encoding="utf-8")
    (folder / "errors.html").write_text(errors_page.page(error_report(HOSTILE, "y" * 120)), encoding="utf-8")
    return folder


def visit(browser, file, width):
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(file.as_uri())


@pytest.mark.parametrize("width", [375, 768, 1280])
@pytest.mark.parametrize("name", ["plain", "hostile", "many", "labels", "errors"])
def test_a_page_opens_without_errors_and_never_scrolls_sideways(browser, files, name, width):
    visit(browser, files / f"{name}.html", width)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [375, 1280])
def test_every_plot_is_seen_and_has_marks(browser, files, width):
    visit(browser, files / "plain.html", width)
    plots = browser.execute_script(
        """return [...document.querySelectorAll('svg.plot')].map(svg => [
            svg.getBoundingClientRect().width, svg.getBoundingClientRect().height,
            [...svg.querySelectorAll('[role=graphics-symbol] > title')].length])"""
    )
    assert len(plots) == 10
    assert all(wide > 250 and high > 150 and marks >= 6 for wide, high, marks in plots)


@pytest.mark.parametrize("width", [375, 1280])
def test_the_forest_draws_each_interval_around_its_dot_within_its_track(browser, files, width):
    visit(browser, files / "plain.html", width)
    rows = browser.execute_script(
        """return [...document.querySelectorAll('.forest .row')].map(row =>
            ['.track', '.interval', '.dot'].map(part => {
                const box = row.querySelector(part).getBoundingClientRect(); return [box.left, box.right]}))"""
    )
    assert len(rows) == 2
    for track, interval, dot in rows:
        assert track[0] <= interval[0] < sum(dot) / 2 < interval[1] <= track[1]


def test_the_text_can_be_read_on_a_telephone(browser, files):
    visit(browser, files / "plain.html", 375)
    smallest = browser.execute_script(
        """return Math.min(...[...document.querySelectorAll('main *')].filter(node =>
            [...node.childNodes].some(child => child.nodeType == 3 && child.data.trim())).map(node => {
                const svg = node.ownerSVGElement;
                const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
                return scale * parseFloat(getComputedStyle(node).fontSize)}))"""
    )
    assert smallest >= 9


def test_no_name_from_data_becomes_a_script(browser, files):
    visit(browser, files / "hostile.html", 1280)
    assert browser.execute_script("return window.hacked") is None
    assert browser.execute_script("return document.scripts.length") == 0
