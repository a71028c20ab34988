"""Before the first scene: the content note, how violence is told, and what the story asks."""

from collections.abc import Callable, Mapping, Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from game.layout import Line, shown_lines
from game.play.given import MAX_ANSWER, clean_answer
from game.play.session import Session
from game.story.expressions import Value
from game.story.model import Story, Variable
from game.story.text import static
from game.tui.drawing import paragraph
from game.tui.screens.base import Hint, PageScreen, items, typed, whole


class BeginScreen(PageScreen):
    """Asks one thing a page, but for what is `given`, then gives the new session to `done`. Escape goes back a page."""

    FIRST = (("enter", "choose"),)

    def __init__(self, story: Story, done: Callable[[Session], None], given: Mapping[str, Value]) -> None:
        super().__init__()
        self.story, self.done = story, done
        self.answers: dict[str, Value] = dict(given)
        violent = any(scene.is_violent for scene in story.scenes.values())
        self.pages: list[str | Variable] = ["note"] if story.content_note or violent else []
        self.pages += [question for question in story.questions if question.id not in given]
        self.violent = violent
        self.at = 0

    def compose_more(self) -> ComposeResult:
        yield from typed(MAX_ANSWER)

    def on_mount(self) -> None:
        self.head(self.story.title)
        self.show()

    def show(self) -> None:
        if self.at == len(self.pages):
            self.done(Session(self.story, self.answers))
            return
        page = self.pages[self.at]
        field = self.query_one(Input)
        typed = isinstance(page, Variable) and page.answers is None
        self.set_class(typed, "-typed")
        if isinstance(page, str):
            choices = ["Begin"]
            if self.violent:
                choices = [
                    "Begin, with everything told in full",
                    "Begin, with scenes of violence told by a short summary",
                ]
            self.reader.show(whole(self.note), items(choices), selected=int(self.game.settings.summarise))
        elif page.answers is not None:
            now = self.answers.get(page.id, page.start)
            labels = [page.shown(value) for value in page.answers]
            selected = page.answers.index(now)
            self.reader.show(
                whole(lambda width: paragraph(page.ask, width, "strong")), items(labels), selected=selected
            )
        else:
            field.value = str(self.answers.get(page.id, ""))
            field.placeholder = str(page.start)
            self.reader.show(whole(lambda width: paragraph(page.ask, width, "strong")))
            field.focus()
            return
        self.set_focus(None)

    def hints(self) -> Sequence[Hint]:
        typed = (("enter", "go on"), ("escape", "back"), ("ctrl+p", "actions"))
        return typed if self.has_class("-typed") else super().hints()

    def note(self, width: int) -> list[Line]:
        return shown_lines(static(self.story.content_note, "text"), width)

    def chosen(self, index: int) -> None:
        page = self.pages[self.at]
        if isinstance(page, str):
            self.game.change("violence", "summary" if index else "full")
        elif page.answers is not None:
            self.answers[page.id] = page.answers[index]
        self.at += 1
        self.show()

    def on_input_submitted(self) -> None:
        page = self.pages[self.at] if self.at < len(self.pages) else ""
        if isinstance(page, Variable) and page.answers is None:
            self.answers[page.id] = clean_answer(self.query_one(Input).value) or page.start
            self.at += 1
            self.show()

    def action_back(self) -> None:
        if self.at:
            self.at -= 1
            self.show()
        else:
            self.app.pop_screen()
