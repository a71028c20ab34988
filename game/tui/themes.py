"""The themes: a lamp on a desk, ink on paper, high contrast, and whatever the terminal itself has.

Two accents and no more: baize for focus and selection, stamp red for documents and warnings. Of the first three, a test
measures the contrast of every cell of every screen. Where a terminal has 16 colours, each is made of those.

The surprising rule: what a page is painted in stands here, not in `game.tcss`. Textual would make a widget for each
style of each page, for its rules to be about.
"""

from collections.abc import Mapping
from typing import Any

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

STYLES: Mapping[str, str] = {  # of runs and lines: a colour of the theme, one that it is on, and how letters look
    "old": "$secondary",
    "em": "italic",
    "strong": "bold",
    "dim": "$secondary",
    "heading": "bold",
    "rule": "$rule",
    "echo": "$primary",
    "plate": "$secondary",
    "sheet": "on $sheet",
    "strip": "on $background",
    "ruled": "underline",
    "stamp": "$warning bold",
    "choice": "$foreground",
    "selected": "on $selected bold",
    "locked": "$secondary",
    "thumb": "$scrollbar reverse",
    "record-followed": "$primary",
    "record-departed": "$warning",
    "record-disputed": "$secondary",
    "record-invented": "$secondary",
}
QUIET = ["old", "dim", "rule", "locked", "record-disputed", "record-invented"]
# Colours that the terminal names have no second tone: what is quiet is dim there, and tape is reversed.
NAMED: Mapping[str, str] = {**dict.fromkeys(QUIET, " dim"), "strip": " reverse", "selected": " reverse"}


def style_of(name: str, colours: Mapping[str, str], *, named: bool) -> Style:
    """One of STYLES in the colours of a theme, by their names; `named` where these are names of the terminal's."""
    colour, ground = None, None
    looks: dict[str, Any] = {}
    words = iter((STYLES[name] + (NAMED.get(name, "") if named else "")).split())
    for word in words:
        if word == "on":
            ground = Color.parse(colours[next(words)[1:]]).rich_color
        elif word.startswith("$"):
            colour = Color.parse(colours[word[1:]]).rich_color
        else:
            looks[word] = True
    return Style(color=colour, bgcolor=ground, **looks)


def _theme(
    name: str,
    *,
    dark: bool,
    text: str,
    quiet: str,
    desk: str,
    sheet: str,
    selected: str,
    baize: str,
    stamp: str,
    rule: str,
    thumb: str,
    ansi: bool = False,
) -> Theme:
    """A theme from its inks: `quiet` is what has been read, `desk` the ground, `thumb` where the text is in view."""
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=baize,
        secondary=quiet,
        warning=stamp,
        error=stamp,
        success=baize,
        accent=baize,
        foreground=text,
        background=desk,
        surface=desk,
        panel=sheet,
        boost=sheet,
        variables={
            "selected": selected,
            "sheet": sheet,
            "rule": rule,
            "ansi-background": sheet,
            "ansi-foreground": text,
            "text": text,
            "text-muted": quiet,
            "text-disabled": quiet,
            "text-primary": baize,
            "text-warning": stamp,
            "text-error": stamp,
            "text-success": baize,
            "text-accent": baize,
            "on-baize": "ansi_black" if desk == "ansi_default" else desk,
            "input-cursor-background": text,
            "input-cursor-foreground": desk,
            "input-selection-background": quiet,
            "input-selection-foreground": desk,
            "screen-selection-background": quiet,
            "screen-selection-foreground": desk,
            "scrollbar": thumb,
            "scrollbar-hover": text,
            "scrollbar-active": baize,
            "scrollbar-background": desk,
            "scrollbar-background-hover": desk,
            "scrollbar-background-active": desk,
            "scrollbar-corner-color": desk,
        },
    )


LAMP = _theme(
    "lamp",
    dark=True,
    text="#ece3cf",
    quiet="#b9ad93",
    desk="#1a1713",
    sheet="#262119",
    selected="#22382a",
    baize="#8fbf94",
    stamp="#e08a70",
    rule="#837a66",
    thumb="#6f6755",
)
PAPER = _theme(
    "paper",
    dark=False,
    text="#2a251d",
    quiet="#635a49",
    desk="#f4ecd9",
    sheet="#fbf6e9",
    selected="#d5e0c9",
    baize="#2c5a38",
    stamp="#9a3020",
    rule="#8d8269",
    thumb="#8d8269",
)
CONTRAST = _theme(
    "contrast",
    dark=True,
    text="#ffffff",
    quiet="#d8d8d8",
    desk="#000000",
    sheet="#1c1c1c",
    selected="#003318",
    baize="#8ff0a4",
    stamp="#ffb09a",
    rule="#a8a8a8",
    thumb="#d8d8d8",
)


def _named(name: str, *, text: str, desk: str, baize: str, stamp: str) -> Theme:
    """A theme from colours that the terminal has names for. What has been read is dim, what is selected reversed."""
    return _theme(
        name,
        dark=name != PAPER.name,
        ansi=True,
        text=text,
        quiet=text,
        desk=desk,
        sheet=desk,
        selected=desk,
        baize=baize,
        stamp=stamp,
        rule=text,
        thumb=baize,
    )


TERMINAL = _named("terminal", text="ansi_default", desk="ansi_default", baize="ansi_green", stamp="ansi_red")
THEMES = (LAMP, PAPER, CONTRAST, TERMINAL)


# Where there are 256 colours: those nearest to ours are pink and black, and a sheet is lost. What is selected is grey:
# nothing red could be read on their darkest green.
EIGHT_BIT = (
    _theme(
        "lamp",
        dark=True,
        text="#ffffd7",
        quiet="#afaf87",
        desk="#121212",
        sheet="#1c1c1c",
        selected="#303030",
        baize="#87af87",
        stamp="#d7875f",
        rule="#87875f",
        thumb="#767676",
    ),
    _theme(
        "paper",
        dark=False,
        text="#262626",
        quiet="#585858",
        desk="#ffffd7",
        sheet="#ffffff",
        selected="#d7d7af",
        baize="#005f00",
        stamp="#af0000",
        rule="#87875f",
        thumb="#87875f",
    ),
    CONTRAST,
    TERMINAL,
)
SIXTEEN = (  # where there are 16 colours: those nearest to ours are grey for baize, and yellow for stamps on paper
    _named("lamp", text="ansi_white", desk="ansi_black", baize="ansi_green", stamp="ansi_bright_red"),
    _named("paper", text="ansi_black", desk="ansi_bright_white", baize="ansi_black", stamp="ansi_red"),
    _named("contrast", text="ansi_bright_white", desk="ansi_black", baize="ansi_green", stamp="ansi_bright_red"),
    TERMINAL,
)
