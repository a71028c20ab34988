"""Every main screen as a whole, at 80x24, as it is kept in `screens.txt`. After a change that is meant, look at the
difference that `python -m tests.test_tui_screens` leaves in that file, and commit it.
"""

import asyncio
import os
import re
import tempfile
from pathlib import Path
from unittest import mock

from tests.screen import playing, write_story

FILE = Path(__file__).parent / "screens.txt"
SAVED = re.compile(r"\d\d?\s\w{3}\s\d{4},\s\d\d:\d\d")
SCREENS = {  # name: the keys that lead there from the one before, and what one should see
    "title": (
        (),
        "the title in spaced capitals in the middle, its rule and author; what it is about; what can be done",
    ),
    "content note": (("1",), "the note in one column, and the two ways to begin"),
    "question": (("1",), "the question in bold, its answers numbered, the first selected"),
    "field": (("1",), "a question to type at: a field with the default in it, and words to click"),
    "chapter": (("enter",), "the plate in the middle, its title below; the scene's heading, place and date"),
    "step": (("end", "2"), "the choice echoed, its reply, the next scene; what it changed first among the gauges"),
    "evidence": (("e",), "a heading with a rule; a fact, its standing, its source"),
    "journal": (("escape", "j"), "its end: what was read and chosen, the record under the decision"),
    "decisions": (("1",), "a line a decision, the newest on top, and how it stands to the record"),
    "map": (("escape", "escape", "m"), "a stem with a branch a scene, a blank for each way not taken"),
    "dossier": (("escape", "d"), "kinds as headings, names in bold"),
    "file": (("escape", "f"), "a line a document, what it is before what it is called"),
    "document": (("1",), "a memorandum on its sheet, a stamp in a border, lines kept, a name at the right"),
    "outcomes": (("escape", "escape", "o"), "a rule for what has not been met"),
    "settings": (("escape", "s"), "a line each, values in a column"),
    "help": (("escape", "question_mark"), "keys at the left, what they do at the right"),
    "record card": (("escape", "1"), "the card between two edges, its name over a rule, facts with their standing"),
    "next chapter": (("1",), "a clean page"),
    "ending": (("2",), "the choice echoed, the last text, the card, and below it the ending begins"),
    "end of the ending": (("end",), "decisions against the record, the toll by name, the questions; what can be done"),
    "debrief": (("1",), "a question, and a sheet to type on"),
    "saves": (("escape", "l"), "names in bold, and how far each is in a column"),
    "one save": (("1",), "what can be done with it"),
    "rename": (("2",), "the name in a field, to be changed"),
}


@mock.patch.dict(os.environ, {"COLORTERM": "truecolor"})
async def screens(folder: Path) -> str:
    """All of them, one after the other, in one game, in all colours: where there are few, a line stands for some."""
    shown = []
    async with playing(write_story(folder / "story"), folder / "saves") as player:
        for name, (keys, what) in SCREENS.items():
            await player.press(*keys)
            await player.painted()
            text = SAVED.sub("1 Jan 1940, 12:00", player.text)
            shown.append(f"=== {name}: {what}\n{text.rstrip()}\n")
    return "\n".join(shown)


async def test_every_main_screen_is_as_it_is_kept(tmp_path):
    assert (await screens(tmp_path)).split("\n") == FILE.read_text(encoding="utf-8").split("\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(asyncio.run(screens(Path(folder))), encoding="utf-8")
