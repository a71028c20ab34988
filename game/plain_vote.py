"""Line mode for a class: the hands for each option are typed on one line."""

from game.plain import LETTERS, LineMode, picked
from game.play.ballot import MOST, Ballot, counted, given
from game.play.page import Page
from game.play.saves import VOTE
from game.play.slots import Play
from game.story.expressions import Value
from game.story.model import Variable

HOW = "the hands for each option, as 12 9 8; or one number, to choose without a vote"


class ClassLineMode(LineMode):
    letters = LETTERS | {"12 9 8": HOW}
    told = False  # how to vote

    def open(self, slot: str | None) -> Play:
        play = super().open(slot)
        play.extra.setdefault(VOTE, {})
        return play

    def question(self, variable: Variable) -> Value:
        answers = given(self.story)
        return answers[variable.id] if variable.id in answers else super().question(variable)

    def again(self, play: Play) -> None:
        super().again(play)
        kept = Ballot.of(play.session.offered, play.extra)
        if kept.total:
            again = "or others" if kept.taken_back else "to go on"
            self.say(f"\nHands given here before: {' '.join(map(str, kept.hands))}. Type them again, {again}.")

    def options(self, page: Page) -> None:
        super().options(page)
        if len(page.offered) > 1 and not self.told:
            self.told = True
            self.say(f"Type {HOW}.")

    def heard(self, play: Play, answer: str) -> None:
        offered = play.session.page.offered
        words = answer.replace(",", " ").split()
        if len(words) < 2 or len(offered) < 2 or not all(word.isascii() and word.isdecimal() for word in words):
            super().heard(play, answer)
        elif len(words) != len(offered) or any(len(word) > len(str(MOST)) for word in words):
            self.say(f"There are {len(offered)} options: type {len(offered)} numbers up to {MOST}, or one to choose.")
        else:
            self.vote(play, Ballot(tuple(o.id for o in offered), [int(word) for word in words]))

    def vote(self, play: Play, ballot: Ballot) -> None:
        """Says what the hands say, and asks what is taken; anything but an option goes back to the page."""
        play.extra[VOTE] = ballot.as_data()
        self.save(play)
        for number, hands in enumerate(ballot.hands, 1):
            self.say(f"  {number}  {counted(hands)}")
        how = "Press Enter to take it, or type" if ballot.decided else "Type"
        self.say(f"{ballot.verdict()} {how} the number to take.")
        answer = self.ask()
        at = ballot.leaders[0] + 1 if ballot.decided and not answer else picked(answer, len(ballot.options))
        if at:
            play.extra[VOTE] = {}
            self.step(play, play.session.page.offered[at - 1], ballot.cast)
        else:
            self.say("Nothing is taken. Type the hands again.")
