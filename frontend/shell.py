"""The frame around every page: header, navigation, notices, and the stores in which live news arrives.

Stores that any page may listen to (`assets/events.js` writes them from the server's events):

- `jobs`      {job id: Job}; every job of the snapshot and all changes since
- `points`    rings when there are new points, at most every 200 ms; `swapscope.events.points(job)` has them
- `picture`   {"job": id, "picture": LivePicture}: the newest picture of a training
- `changed`   rings when a dataset, fit, network, analysis or study changed; `assets/redraw.js` knows which
- `wake`      write any new number to it after starting a job: it opens the stream of events
- `refresh`   write any new value to it to have the page drawn anew
- `scheme`    "light" | "dark"; figures are re-dressed by themselves when it changes
"""

from __future__ import annotations

import json

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, dcc, html

from frontend import theme
from frontend.api import Problem
from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria, data
from frontend.router import find, pages, query_of
from frontend.wiring import callback, clientside

STORES = ("jobs", "points", "picture", "changed", "wake", "scheme", "refresh", "goto")


def brand() -> dmc.Anchor:
    """The name and mark, leading home."""
    return dmc.Anchor(
        [html.Img(src="/assets/mark.svg", alt="", width=26, height=26), html.Span("Swapscope", className="brand-name")],
        href="/",
        underline="never",
        className="brand",
        **aria(label="Swapscope, home"),
    )


def navigation() -> list[Child]:
    """A link for every page that asks for one."""
    return [
        dmc.NavLink(
            id={"type": "nav", "path": page.path},
            label=page.nav,
            href=page.path.split("/{")[0] or "/",
            leftSection=icon(page.icon),
            rightSection=html.Span(id="nav-jobs-count", className="count") if page.path == "/jobs" else None,
            className="nav-link",
        )
        for page in pages()
        if page.nav
    ]


def header() -> dmc.AppShellHeader:
    """Burger (narrow screens), brand and the light/dark switch."""
    return dmc.AppShellHeader(
        html.Div(
            [
                dmc.Burger(id="burger", size="sm", hiddenFrom="sm", opened=False, **aria(label="Open the navigation")),
                brand(),
                html.Div(style={"flex": 1}),
                html.Span(id="live", className="live", **aria(live="polite")),
                dmc.ActionIcon(
                    html.Span([icon("moon"), icon("sun")], className="scheme-icons"),
                    id="scheme-toggle",
                    variant="subtle",
                    color="gray",
                    size="lg",
                    **aria(label="Switch between light and dark"),
                ),
            ],
            className="header",
        )
    )


def layout() -> dmc.MantineProvider:
    """The frame, with an empty main part that the router fills."""
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            *(dcc.Store(id=name) for name in STORES),
            dcc.Store(
                id="templates", data={scheme: theme.template(scheme).to_plotly_json() for scheme in ("light", "dark")}
            ),
            dmc.NotificationContainer(id="notices", position="bottom-right"),
            html.A("Skip to the content", href="#page", className="skip"),
            dmc.AppShell(
                [
                    header(),
                    dmc.AppShellNavbar(html.Nav(navigation(), className="nav", **aria(label="Pages"))),
                    dmc.AppShellMain(html.Main(id="page", className="page", tabIndex="-1", children=waiting())),
                ],
                id="frame",
                header={"height": 52},
                navbar={"width": 208, "breakpoint": "sm", "collapsed": {"mobile": True}},
                padding=0,
            ),
        ],
        theme=theme.MANTINE,
        defaultColorScheme="auto",
    )


def watch(
    kind: str, key: str, jobs: dict[str, str] | None = None, complete: bool = False, store: str = "refresh"
) -> html.Div:
    """Put this on a page to have it drawn anew when what it shows is no longer true.

    That is when the resource (kind "fit", its id, ...; "*": any of the kind) is heard of, or when one of `jobs` has
    another state than the one given here, in which it was drawn. `complete`: these are all the jobs that there are.
    A part of a page that draws itself names the `store` that is then written, instead of the whole page's.
    """
    drawn = {"kind": kind, "id": key, "jobs": jobs or {}, "complete": complete, "store": store}
    told = dcc.Store(id={"type": "watched", "name": f"{kind}-{key}"}, data=drawn)
    return html.Div(told, hidden=True, **data(watch=json.dumps(drawn)))


def waiting() -> html.Div:
    """What a page looks like before its numbers are there."""
    return html.Div(
        [
            dmc.Skeleton(height=28, width="34%"),
            dmc.Skeleton(height=14, width="56%"),
            dmc.Skeleton(height=260, radius="lg"),
        ],
        className="stack waiting",
        **aria(busy="true", label="Loading"),
    )


def empty(title: str, detail: str, *actions: Child, picture: str = "empty") -> html.Div:
    """A designed nothing: what is missing, and what to do about it."""
    return html.Div(
        [
            html.Div(icon(picture, 30), className="empty-mark"),
            html.H2(title, className="empty-title"),
            html.P(detail, className="soft"),
            html.Div(actions, className="row"),
        ],
        className="empty",
    )


def not_found() -> html.Div:
    """The page of an address that leads nowhere."""
    return empty(
        "There is nothing at this address",
        "The link may be old, or what it showed was deleted.",
        dmc.Anchor(dmc.Button("Go to the start", variant="light"), href="/"),
        picture="compass",
    )


def failed(title: str, detail: str) -> html.Div:
    """The page when its numbers could not be fetched."""
    return empty(title, detail, dmc.Button("Try again", id="try-again", variant="light"), picture="alert")


@callback(
    Output("page", "children"),
    Output("frame", "className"),
    Input("url", "pathname"),
    Input("url", "search"),
    Input("refresh", "data"),
)
async def show(path: str | None, search: str | None, refresh: str | None = None) -> tuple[Child, str]:
    """The page of the address; a problem while fetching its numbers becomes a page that says so."""
    found = find(path or "/")
    if found is None:
        return not_found(), "at-nowhere"
    page, names = found
    try:
        return await page.render(names, query_of(search)), f"at-{page.icon}"
    except Problem as problem:
        if problem.status == 404:
            return not_found(), "at-nowhere"
        return failed(problem.title, problem.detail), "at-nowhere"


clientside(
    "arrive",
    Output({"type": "nav", "path": ALL}, "active"),
    Output("burger", "opened"),
    Input("url", "pathname"),
    State({"type": "nav", "path": ALL}, "href"),
    State({"type": "nav", "path": ALL}, "label"),
)
clientside("wake", Input("wake", "data"))
clientside("keepTemplates", Input("templates", "data"))
clientside("countJobs", Output("nav-jobs-count", "children"), Output("live", "children"), Input("jobs", "data"))
clientside("switchScheme", Output("scheme", "data"), Input("scheme-toggle", "n_clicks"))
clientside("openNavigation", Output("frame", "navbar"), Input("burger", "opened"), State("frame", "navbar"))
clientside(
    "refreshWatched",
    Input("changed", "data"),
    Input("jobs", "data"),
    Input({"type": "watched", "name": ALL}, "data"),
)
clientside("pageAsked", Input("url", "pathname"), Input("url", "search"), Input("refresh", "data"))
clientside("navigate", Input("goto", "data"))
clientside("reload", Input("try-again", "n_clicks"))
