"""Random small stories for differential tests: cycles, hubs, nested choices, junctions, every form of expression.

`story_text(seed)` is YAML that loads without errors (warnings are welcome). Everything is drawn from one seed.
"""

import json
import random
from typing import Any

NUMBERS = {"n1": (0, 3), "n2": (-1, 2)}
FLAGS = ["f1", "f2"]
WORDS = {"w1": ["red", "blue"], "w2": ["blue", "green", "grey"]}


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = self.random.randint(3, 7)
        self.scenes = [f"s{i}" for i in range(self.count)]
        self.junctions = [f"j{i}" for i in range(self.random.randint(0, 2))]
        self.endings = [f"e{i}" for i in range(self.random.randint(1, 2))]
        self.choices = [f"s{i}/c0" for i in range(self.count)]  # every page has a first choice of this name

    def target(self) -> str:
        return self.random.choice([*self.scenes * 2, *self.junctions, *self.endings])

    def number(self, depth: int = 0) -> str:
        pick = self.random.random()
        if depth > 1 or pick < 0.45:
            return self.random.choice([*NUMBERS, str(self.random.randint(0, 3))])
        if pick < 0.6:
            return f"({self.number(depth + 1)} {self.random.choice('+-*')} {self.number(depth + 1)})"
        if pick < 0.68:
            return f"({self.number(depth + 1)} {self.random.choice(['//', '%'])} {self.random.randint(1, 3)})"
        if pick < 0.78:
            return f"{self.random.choice(['min', 'max'])}({self.number(depth + 1)}, {self.number(depth + 1)})"
        if pick < 0.84:
            return f"abs({self.number(depth + 1)})"
        if pick < 0.9:
            return f"(-{self.number(depth + 1)})"
        if pick < 0.95:
            return f"({self.random.choice(FLAGS)} + {self.number(depth + 1)})"
        return f"({self.number(depth + 1)} if {self.condition(depth + 1)} else {self.number(depth + 1)})"

    def condition(self, depth: int = 0) -> str:
        pick = self.random.random()
        sign = self.random.choice(["<", "<=", ">", ">=", "==", "!="])
        if depth > 2 or pick < 0.15:
            return self.random.choice([*FLAGS, *(["d1"] if depth else [])])
        if pick < 0.35:
            return f"({self.random.choice(list(NUMBERS))} + {self.number(1)} {sign} {self.number(1)})"
        if pick < 0.42:
            return f"(0 <= {self.number(1)} + n1 <= {self.random.randint(1, 3)})"
        if pick < 0.5:
            name = self.random.choice(list(WORDS))
            return f"({name} {self.random.choice(['==', '!='])} {self.random.choice(WORDS[name])})"
        if pick < 0.55:
            return f"(w2 {self.random.choice(['in', 'not in'])} [{', '.join(self.random.sample(WORDS['w2'], 2))}])"
        if pick < 0.6:
            return "(w1 == w2)"
        if pick < 0.68:
            return f"seen('{self.random.choice(self.scenes)}')"
        if pick < 0.76:
            scene = self.random.choice([*self.scenes, *self.junctions])
            return f"(visits('{scene}') {self.random.choice(['>=', '==', '<'])} {self.random.randint(1, 2)})"
        if pick < 0.82:
            return f"chose('{self.random.choice(self.choices)}')"
        if pick < 0.86:
            return f"(scene == {self.random.choice(self.scenes)})"
        if pick < 0.92:
            return f"(not {self.condition(depth + 1)})"
        joiner = self.random.choice([" and ", " or "])
        return f"({joiner.join(self.condition(depth + 1) for _ in range(2))})"

    def effects(self) -> dict[str, str]:
        found = {}
        for name in self.random.sample([*NUMBERS, *FLAGS, *WORDS], self.random.randint(1, 2)):
            if name in NUMBERS:
                found[name] = self.number()
            elif name in FLAGS:
                found[name] = self.random.choice(["true", "false", self.condition(1)])
            else:
                first, second = self.random.choice(WORDS[name]), self.random.choice(WORDS[name])
                found[name] = self.random.choice([first, f"{first} if {self.condition(1)} else {second}"])
        return found

    def choice(self, name: str, depth: int, *, way_needed: bool) -> dict[str, Any]:
        chance = self.random.random
        choice: dict[str, Any] = {"id": name, "label": name}
        if chance() < 0.4:
            choice["when"] = self.condition()
            if chance() < 0.3:
                choice["locked"] = "no"
        if chance() < 0.6:
            choice["set"] = self.effects()
        way = self.random.choice(["go", "go", "stay", "none"])
        if way == "none" and way_needed:
            way = "go"
        if way == "go":
            choice["go"] = self.target()
            if chance() < 0.2:
                choice["once"] = True
        elif way == "stay":
            choice["stay"] = True
            if chance() < 0.3:
                choice["once"] = False
        if depth < 2 and chance() < 0.25:
            inner = way_needed and way == "none"
            choice["choices"] = [
                self.choice(f"c{i}", depth + 1, way_needed=inner) for i in range(self.random.randint(1, 2))
            ]
        return choice

    def ways(self) -> object:
        if self.random.random() < 0.5:
            return self.target()
        return [{"when": self.condition(), "go": self.target()}, {"go": self.target()}]

    def story(self) -> dict[str, Any]:
        scenes: dict[str, dict[str, Any]] = {}
        for name in self.scenes:
            has_next = self.random.random() < 0.5
            scene: dict[str, Any] = {"text": name}
            if self.random.random() < 0.3:
                scene["on_enter"] = self.effects()
            if has_next:
                scene["next"] = self.ways()
            scene["choices"] = [
                self.choice(f"c{i}", 0, way_needed=not has_next) for i in range(self.random.randint(1, 3))
            ]
            if not has_next:  # some way out of the scene, or the loader would object
                scene["choices"] = [*scene["choices"], {"id": "out", "label": "out", "go": self.target()}]
                if self.random.random() < 0.4:
                    scene["choices"][-1]["when"] = self.condition()
            scenes[name] = scene
        for index, name in enumerate(self.junctions):
            later = [*self.scenes, *self.junctions[index + 1 :], *self.endings]
            first, second = self.random.choice(later), self.random.choice(later)
            scenes[name] = {"next": [{"when": self.condition(), "go": first}, {"go": second}]}
            if self.random.random() < 0.5:
                scenes[name]["on_enter"] = self.effects()
        for name in self.endings:
            scenes[name] = {"text": name, "ending": {"title": name}}
        story: dict[str, Any] = {
            "format": 1,
            "id": "random",
            "title": "Random",
            "start": self.random.choice([*self.scenes, *self.junctions]),
            "state": {
                **{n: {"range": list(r), "start": self.random.randint(*r)} for n, r in NUMBERS.items()},
                **{f: self.random.random() < 0.5 for f in FLAGS},
                **{w: {"one_of": ws, "start": self.random.choice(ws)} for w, ws in WORDS.items()},
            },
            "define": {"d1": self.condition(1).replace("d1", "f1")},
            "scenes": scenes,
        }
        if self.random.random() < 0.4:
            story["state"]["w2"]["ask"] = "Which?"
        if self.random.random() < 0.5:
            story["interrupts"] = [
                {"when": self.condition(), "go": self.target()} for _ in range(self.random.randint(1, 2))
            ]
        kinds = ["always", "every_ending", "reachable"]
        story["must_hold"] = [{kind: self.condition()} for kind in self.random.sample(kinds, 2)]
        return story


def story_text(seed: int) -> str:
    """A story as YAML (JSON is YAML). Asked variables are never set: effects on them are taken out."""
    story = Maker(seed).story()
    text = json.dumps(story, indent=1)
    if "ask" in story["state"]["w2"]:
        text = json.dumps(without(story, "w2"), indent=1)
    return text


def without(node: object, name: str) -> object:
    """The story without effects on a variable."""
    if isinstance(node, dict):
        return {
            key: without({k: v for k, v in value.items() if k != name}, name)
            if key in ("set", "on_enter") and isinstance(value, dict)
            else without(value, name)
            for key, value in node.items()
        }
    return [without(item, name) for item in node] if isinstance(node, list) else node
