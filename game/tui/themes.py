"""The colours. One theme so far: cream on warm near-black, under a green lamp."""

from textual.theme import Theme

LAMP = Theme(
    name="lamp",
    dark=True,
    primary="#8fbf94",  # baize: focus and selection
    secondary="#b9ad93",  # what has been read
    warning="#e08a70",  # stamps and warnings
    error="#e08a70",
    success="#8fbf94",
    accent="#8fbf94",
    foreground="#ece3cf",
    background="#1a1713",
    surface="#1a1713",
    panel="#24201a",
    boost="#24201a",
    variables={
        "selected": "#22382a",
        "sheet": "#262119",
        "rule": "#6f6755",
        "input-cursor-background": "#ece3cf",
        "input-cursor-foreground": "#1a1713",
        "scrollbar": "#3a342a",
        "scrollbar-hover": "#6f6755",
        "scrollbar-active": "#8fbf94",
        "scrollbar-background": "#1a1713",
        "scrollbar-background-hover": "#1a1713",
        "scrollbar-background-active": "#1a1713",
    },
)
