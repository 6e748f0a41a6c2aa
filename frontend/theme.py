"""One look: the colours that keep their meaning on every page, the two plotly templates, the one cyclic colour map."""

from __future__ import annotations

import math
from typing import Any, Literal

import plotly.graph_objects as go
from dash import ctx
from dash.exceptions import MissingCallbackContextException

Scheme = Literal["light", "dark"]
SCHEME_COOKIE = "swapscope-scheme"

# Who a response belongs to. After Okabe and Ito (2008): told apart by people with any colour vision.
CUED = "#0072B2"
NON_TARGET = "#D55E00"
UNIFORM = "#8B94A3"

# Where numbers come from. Recorded data are slate, the behavioural model and its surrogates purple, the network green.
RECORDED = "#7A869A"
MODEL = "#A64D8A"
SURROGATE = "#CC79A7"
SIMULATED = "#009E73"
TRUTH = "#E69F00"

ROLES = {
    "cued": CUED,
    "non-target": NON_TARGET,
    "uniform": UNIFORM,
    "recorded": RECORDED,
    "model": MODEL,
    "surrogate": SURROGATE,
    "simulated": SIMULATED,
    "truth": TRUTH,
}

# What a network was trained to do; further groups of one objective (other laws, other sources) take the next shade.
# Apart in lightness as well as in hue, from each other and from the colours of who a response belongs to.
OBJECTIVES = {
    "diffusion": ("#009E73", "#59C4A4", "#00664B", "#7CB342", "#2F8F9D", "#B5D99C"),
    "task_optimal": ("#7A4FCB", "#A98AE3", "#4E2E8E"),
    "moment_matching": ("#C98A00", "#E3B44D", "#8A5F00"),
    "mean_matching": ("#C2477F", "#E08BB0", "#7F2350"),
}
OBJECTIVE_SYMBOLS = {
    "diffusion": "circle", "task_optimal": "square", "moment_matching": "diamond", "mean_matching": "triangle-up",
}  # fmt: skip
NULL = "#8B94A3"  # what the same computation gives when there is nothing to be found

# An ordered ramp for set sizes where several must share one axis.
SET_SIZE_RAMP = ("#86B6D9", "#4C93C6", "#2D6FAE", "#7561B5", "#8C4A94", "#8F3A6B")

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
ACCENT = [
    "#EEF0FE", "#DCE0FB", "#B8BFF5", "#929DEF", "#727FE9", "#5D6CE6", "#5161E4", "#4252CB", "#3949B6", "#2C3EA1",
]  # fmt: skip

_INK: dict[Scheme, dict[str, str]] = {
    "light": {"text": "#1C2024", "soft": "#60646C", "grid": "#ECEEF1", "line": "#D3D7DE", "surface": "#FFFFFF"},
    "dark": {"text": "#EDEEF0", "soft": "#9CA3AF", "grid": "#262A31", "line": "#3A404A", "surface": "#17191E"},
}


def translucent(colour: str, alpha: float) -> str:
    """`#RRGGBB` as an rgba() of the given opacity (for bands and fills)."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def _oklch(lightness: float, chroma: float, hue: float) -> str:
    """A colour of the perceptual space OKLCH (Ottosson 2020) as `#RRGGBB`."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    clipped = (min(max(channel, 0.0), 1.0) for channel in linear)
    gamma = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in clipped)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in gamma)


def cyclic(angle: float) -> str:
    """Colour of an angle (radians): the hue goes round once and the lightness too, so that it survives without hue."""
    return _oklch(0.68 + 0.09 * math.cos(angle - 1.9), 0.13, angle + 0.5)


CYCLIC: list[list[Any]] = [[step / 24, cyclic(-math.pi + 2 * math.pi * step / 24)] for step in range(25)]


def _axis(ink: dict[str, str]) -> dict[str, Any]:
    return {
        "gridcolor": ink["grid"],
        "zeroline": False,
        "linecolor": ink["line"],
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": ink["line"],
        "tickfont": {"size": 11.5, "color": ink["soft"]},
        "title": {"font": {"size": 12.5, "color": ink["soft"]}, "standoff": 8},
        "automargin": True,
    }


def template(scheme: Scheme = "light") -> go.layout.Template:
    """The plotly template of a scheme; papers are see-through, so that a figure lies on its card."""
    ink = _INK[scheme]
    scene_axis = {
        "gridcolor": ink["line"],
        "zerolinecolor": ink["line"],
        "backgroundcolor": "rgba(0,0,0,0)",
        "color": ink["soft"],
        "showbackground": False,
    }
    return go.layout.Template(
        data={"heatmap": [{"textfont": {"color": ink["text"]}}]},
        layout={
            "font": {"family": FONT, "size": 12.5, "color": ink["text"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [CUED, NON_TARGET, SIMULATED, MODEL, TRUTH, UNIFORM],
            "xaxis": _axis(ink),
            "yaxis": _axis(ink),
            "polar": {
                "bgcolor": "rgba(0,0,0,0)",
                "angularaxis": {"gridcolor": ink["grid"], "linecolor": ink["line"], "tickfont": {"color": ink["soft"]}},
                "radialaxis": {"gridcolor": ink["grid"], "linecolor": ink["line"], "tickfont": {"color": ink["soft"]}},
            },
            "scene": {"xaxis": scene_axis, "yaxis": scene_axis, "zaxis": scene_axis},
            "margin": {"l": 48, "r": 16, "t": 16, "b": 40},
            "hoverlabel": {
                "bgcolor": ink["surface"],
                "bordercolor": ink["line"],
                "font": {"family": FONT, "size": 12, "color": ink["text"]},
            },
            "legend": {
                "font": {"size": 12, "color": ink["soft"]},
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "yanchor": "bottom",
            },
            "colorscale": {"sequential": "Cividis"},
            "annotationdefaults": {"font": {"color": ink["soft"], "size": 12}, "showarrow": False},
            "hovermode": "closest",
        },
    )


def scheme_of_request() -> Scheme:
    """The scheme that the browser shows at the moment (a cookie says so); light outside a callback."""
    try:
        cookies = ctx.cookies
    except (MissingCallbackContextException, LookupError):
        return "light"
    return "dark" if cookies and cookies.get(SCHEME_COOKIE) == "dark" else "light"


def dress(figure: go.Figure, scheme: Scheme | None = None) -> go.Figure:
    """The figure with the template of the scheme (that of the request, if none is given)."""
    figure.update_layout(template=template(scheme or scheme_of_request()))
    return figure


MANTINE: dict[str, Any] = {
    "fontFamily": FONT,
    "fontFamilyMonospace": "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
    "primaryColor": "accent",
    "primaryShade": {"light": 6, "dark": 4},
    "colors": {"accent": ACCENT},
    "defaultRadius": "md",
    "cursorType": "pointer",
    "headings": {"fontWeight": "600"},
}
