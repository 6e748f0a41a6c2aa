"""The pages in a real browser against the fake API: no error, no stranger asked, and what only a browser shows."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import fake_api
import pytest
import study_records
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from frontend import api
from frontend.app import attach
from frontend.figures.panels import arrange
from frontend.figures.predictive import predictive

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=20_000)  # the machine may be busy with other things
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium"),
]


@dataclass
class Site:
    """The served pages: where they are, and what the fake API knows."""

    url: str
    state: fake_api.State
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = api.current()
    app = fake_api.create_app()
    attach(app)
    api.use(api.Api(f"http://127.0.0.1:{port}"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield Site(f"http://127.0.0.1:{port}", app.state.fake)
    server.should_exit = True
    thread.join(timeout=10)
    api.use(before)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"), executable_path=CHROMIUM, headless=True, args=ARGS,
            viewport={"width": 1280, "height": 860}, color_scheme="light",
        )  # fmt: skip
        yield context
        context.close()


@pytest.fixture
def page(site: Site, context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(15_000)
    site.complaints.clear()
    page.on("console", lambda said: site.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: site.complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((site.url, "data:", "blob:")) else _stranger(site, asked.url),
    )
    yield page
    page.close()


def _stranger(site: Site, url: str) -> None:
    site.complaints.append(f"asked somebody else: {url}")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/", "Explore the example"),
        ("/dataset", "Drop a behavioural file here"),
        ("/dataset/d1", "Trials per subject"),
        ("/dataset/d2", "Is a full circle"),
        ("/behaviour", "Fit all"),
        ("/behaviour?fit=f1", "Surrogate responses"),
        ("/comparison", "Which model predicts best?"),
        ("/comparison?comparison=c1", "Differences"),
        ("/comparison?recovery=r1", "Which model comes first"),
        ("/comparison?recovery=r2", "Planted and recovered"),
        ("/jobs", "Ended"),
        ("/nowhere", "There is nothing at this address"),
    ],
)
def test_every_page_loads_without_a_complaint(site: Site, page: Page, path: str, says: str) -> None:
    page.goto(site.url + path)
    expect(page.get_by_text(says).first).to_be_visible()
    for graph in page.locator(".graph").all():
        expect(graph.locator(".main-svg").first).to_be_attached()
    page.wait_for_timeout(300)
    assert site.complaints == []


@pytest.mark.parametrize("path", ["/dataset/d2", "/behaviour?fit=f1"])
def test_leaving_a_page_is_quiet(site: Site, page: Page, path: str) -> None:
    page.goto(site.url + path)
    expect(page.locator(".figure-card").first).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("heading", name="Ended")).to_be_visible()
    page.wait_for_timeout(300)
    assert site.complaints == []


def test_a_file_goes_to_the_api_and_its_dataset_opens(site: Site, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "colours.csv"
    file.write_text("subject,response\n" + "1,0.1\n" * 1000)
    page.goto(f"{site.url}/dataset")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(file)
    page.wait_for_url(re.compile("/dataset/d1"))
    expect(page.get_by_role("heading", name="colours")).to_be_visible()
    page.get_by_role("button", name="Orientation: 180° is the full circle").click()
    expect(page.get_by_text("Is a full circle")).to_have_count(0)
    assert site.state.asked[-1][2]["mapping"]["periods"]["response"] == 180
    assert site.complaints == []


def test_a_refused_file_is_refused_in_words(site: Site, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "figure.png"
    file.write_bytes(b"\x89PNG")
    page.goto(f"{site.url}/dataset")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(file)
    expect(page.get_by_text("This is a picture, not a table")).to_be_visible()


def test_a_fit_is_watched_to_its_end(site: Site, page: Page) -> None:
    site.state.tick = 0.1
    page.goto(f"{site.url}/behaviour?dataset=d1")
    for name in ("Two-component mixture", "Three-component mixture"):
        page.get_by_role("checkbox", name=name).click()
    page.get_by_role("button", name="Fit this model").click()
    page.wait_for_url(re.compile("fit=f"))
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("heading", name="Swap function")).to_be_visible()  # the page was drawn anew by the event
    assert site.complaints == []


def test_a_family_is_fitted_and_followed_in_the_list(site: Site, page: Page) -> None:
    """The list beside the form moves on by itself, and what was chosen in the form stays."""
    site.state.tick = 0.1
    page.goto(f"{site.url}/behaviour?dataset=d1")
    rows = page.locator("#fit-list .list-row")
    expect(rows.first).to_be_visible()
    before = rows.count()
    page.get_by_role("button", name="BNS variants").click()
    page.get_by_text("Signed", exact=True).click()
    page.get_by_role("button", name="Fit all 4 models").click()
    expect(rows).to_have_count(before + 4)
    name = "BNS · both distances · signed"
    fitted = page.locator("#fit-list .list-row", has_text=name)
    expect(fitted.get_by_text("fitted", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Fit all 4 models")).to_be_visible()
    fitted.click()
    expect(page.get_by_role("heading", name="Swap function of both distances")).to_be_visible()
    assert site.complaints == []


def test_a_surface_is_turned_every_way(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/behaviour?fit=f5")
    kinds = "document.querySelector('#swap-surface .js-plotly-plot')?.data?.map((trace) => trace.type) ?? []"
    page.wait_for_function(f"({kinds}).includes('contour')")
    card = page.locator("[data-figure='swap-surface']")
    expect(card.get_by_role("slider")).to_be_hidden()
    card.get_by_text("Slices", exact=True).click()
    page.wait_for_function(f"({kinds}).every((kind) => kind === 'scatter')")
    slider = card.get_by_role("slider")
    slider.focus()
    for _ in range(9):
        slider.press("ArrowRight")
    expect(card.get_by_text("report at 90°")).to_be_visible()
    assert site.complaints == []


def test_panels_go_into_rows_on_a_narrow_screen(site: Site, page: Page) -> None:
    """What `figures/panels.py` says of a width is what the browser does with it."""
    drawn = """() => { const graph = document.querySelector('#predictive .js-plotly-plot');
      return { width: graph?.offsetWidth, columns: graph?.layout?.meta?.panels?.columns, height: graph?.layout?.height,
        domains: [1, 2, 3, 4].map((n) => graph?.layout?.['xaxis' + (n === 1 ? '' : n)]?.domain) }; }"""
    figure = predictive(site.state.fits["f1"]["result"]["predictive"])
    for width, columns in ((1280, 4), (390, 2)):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{site.url}/behaviour?fit=f1")
        page.wait_for_function(f"({drawn})().columns === {columns}")
        found = page.evaluate(drawn)
        arrange(figure, found["width"])
        assert figure.layout.height == found["height"]
        expected = [figure.layout[f"xaxis{number}"].domain for number in ("", 2, 3, 4)]
        assert found["domains"] == [pytest.approx(domain) for domain in expected]


def test_log_odds_and_dark_figures(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/behaviour?fit=f1")
    page.get_by_text("Log-odds").click()
    expect(page.locator("#swap-function .ytitle")).to_have_text("swap log-odds (nats)")
    page.get_by_role("button", name="Switch between light and dark").click()
    colour = "document.querySelector('#swap-function').querySelector('.js-plotly-plot')._fullLayout.font.color"
    page.wait_for_function(f"{colour} === '#EDEEF0'")
    page.reload()
    page.wait_for_function(
        f"document.querySelector('#swap-function .js-plotly-plot')?._fullLayout && {colour} === '#EDEEF0'"
    )
    page.get_by_role("button", name="Switch between light and dark").click()
    assert site.complaints == []


@pytest.mark.parametrize(
    ("form", "begins"), [("SVG", b"<svg"), ("PDF", b"%PDF"), ("PNG", b"\x89PNG"), ("CSV", b"series,x,y,z")]
)
def test_a_figure_is_saved(site: Site, page: Page, form: str, begins: bytes) -> None:
    page.goto(f"{site.url}/behaviour?fit=f1")
    expect(page.locator("#swap-function .main-svg").first).to_be_attached()
    with page.expect_download() as download:
        page.locator("[data-figure='swap-function']").get_by_role("button", name=re.compile(form)).click()
    assert download.value.suggested_filename == f"swapscope-swap-function.{form.lower()}"
    saved = Path(download.value.path()).read_bytes()
    assert saved.startswith(begins)
    if form == "PDF":
        assert b"/FontFile2" in saved  # text is text, in a font with Greek letters and a minus
        assert b"/Subtype /Image" not in saved  # and nothing is a picture
    assert site.complaints == []


def test_numbers_of_a_simplex_and_of_a_map_are_saved(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/behaviour?fit=f5")
    card = page.locator("[data-figure='weights']")
    expect(card.locator(".main-svg").first).to_be_attached()
    card.get_by_text("Simplex", exact=True).click()
    expect(card.locator(".ternarylayer .scatterlayer").first).to_be_attached()
    result = site.state.fits["f5"]["result"]
    last = result["weights"][-1]
    expected = {
        "weights": [str(last[name]["value"]) for name in ("target", "swap", "uniform")],
        "swap-surface": ["180", "180", str(result["swap_surfaces"][0]["probability"]["mean"][-1][-1])],
    }
    for figure, numbers in expected.items():
        with page.expect_download() as download:
            page.locator(f"[data-figure='{figure}']").get_by_role("button", name=re.compile("CSV")).click()
        assert ",".join(numbers) in Path(download.value.path()).read_text()


def test_the_page_is_drawn_anew_whenever_its_news_came(site: Site, page: Page) -> None:
    """News in one instant, news before the page was there, and a state that no event told all end in the truth."""
    for job in site.state.jobs.values():
        job["state"] = "done"
    page.goto(f"{site.url}/behaviour?fit=f1")
    expect(page.get_by_role("heading", name="Swap function")).to_be_visible()
    ask = """([jobs, watched]) => {
      const put = dash_clientside.set_props;
      let drawn = false;
      dash_clientside.set_props = (store) => { drawn ||= store === 'refresh'; };
      dash_clientside.swapscope.refreshWatched(0, jobs, [watched]);
      dash_clientside.set_props = put;
      return drawn;
    }"""
    fit = {"kind": "fit", "id": "f9", "jobs": {"j9": "running"}}
    running, done = ({"j9": {"id": "j9", "state": state}} for state in ("running", "done"))
    assert not page.evaluate(ask, [running, fit])
    page.evaluate("swapscope.redraw.tell('fit', 'f9'); swapscope.redraw.tell('fit', 'another')")
    assert page.evaluate(ask, [running, fit])
    assert not page.evaluate(ask, [running, fit])  # it is on its way
    assert page.evaluate(ask, [done, fit])  # an event was lost, the state tells
    assert not page.evaluate(ask, [done, fit])  # not again at once
    page.wait_for_timeout(5)
    page.evaluate("swapscope.redraw.afterSilence()")
    assert page.evaluate(ask, [done, fit])


def test_the_page_is_drawn_anew_when_news_comes_twice_in_one_moment(site: Site, page: Page) -> None:
    """Dash drops a callback that is asked for again in the same moment; no change of a job may be lost so."""
    job = next(job for job in site.state.jobs.values() if job["kind"] == "train")
    job["state"] = "running"
    page.goto(f"{site.url}/jobs")
    card = page.locator(f"[data-job='{job['id']}']")
    expect(card.get_by_text("running", exact=True)).to_be_visible()
    page.wait_for_timeout(1200)  # the stream's snapshot has been drawn
    lost = page.evaluate(
        """async job => {
          const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));
          const put = (store, data) => dash_clientside.set_props(store, { data });
          const ordinary = window.fetch;
          let asks = 0, answered = null;
          window.fetch = async (address, options) => {
            const answer = await ordinary(address, options);
            if (String(options?.body).includes('"page.children') || String(options?.body).includes('..page.children')) {
              asks += 1;
              if (answered) { answered(); answered = null; }
            }
            return answer;
          };
          const lost = [];
          for (let wait = 0; wait < 72; wait += 8) {
            const drawn = new Promise((resolve) => { answered = resolve; });
            put('refresh', 'test ' + wait);
            await drawn;
            await pause(wait);
            const before = asks;
            const jobs = { [job.id]: { ...job, state: 'paused ' + wait } };
            swapscope.events.jobs = () => jobs;
            put('jobs', jobs);
            for (let i = 0; i < 160 && asks === before; i++) await pause(25);
            if (asks === before) lost.push(wait);
          }
          window.fetch = ordinary;
          return lost;
        }""",
        job,
    )
    assert lost == []


def test_narrow_screens_do_not_scroll_sideways(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/dataset/d2", "/behaviour", "/behaviour?fit=f1", "/behaviour?fit=f6", "/jobs"):
        page.goto(site.url + path)
        expect(page.locator("#page > :not(.waiting)").first).to_be_visible()
        page.wait_for_timeout(400)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_dataset_is_renamed_and_deleted_after_a_question(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/dataset/d1")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Rename …").click()
    page.get_by_label("Name", exact=True).fill("Another name")
    page.get_by_role("button", name="Rename", exact=True).click()
    page.wait_for_timeout(800)
    assert site.state.asked[-1][2] == {"name": "Another name"}
    page.goto(f"{site.url}/dataset/d1")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete …").click()
    assert site.state.asked[-1][0] != "DELETE"
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url(re.compile("/dataset$"))
    assert site.state.asked[-1][0] == "DELETE"


def test_several_files_are_chosen_at_once(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/dataset")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    assert chooser.value.is_multiple()
    parts = [{"name": f"s{who}.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"} for who in (1, 2, 3)]
    chooser.value.set_files(parts)
    expect(page.get_by_role("heading", name="s1 and 2 more")).to_be_visible()
    expect(page.get_by_text("3 files").first).to_be_visible()
    assert site.complaints == []


def test_a_column_that_is_changed_by_hand_has_its_unit_open(site: Site, page: Page) -> None:
    site.state.datasets["own"] = study_records.datasets()["d1"] | {"id": "own"}
    page.goto(f"{site.url}/dataset/own")
    page.get_by_text("How the columns were understood").click()
    page.get_by_role("textbox", name="Column of: Target", exact=True).click()
    page.get_by_role("option", name="nontarget_colour_2", exact=True).click()
    expect(page.get_by_role("textbox", name="Unit of: Target", exact=True)).to_have_value("as the values say")
    expect(page.get_by_role("textbox", name="Unit of: Response", exact=True)).not_to_have_value("as the values say")
    assert site.complaints == []
