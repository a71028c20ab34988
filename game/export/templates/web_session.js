// A play: answers and choices in, pages out. A port of game/play/session.py, which says what each thing means; a test
// holds the two to each other.

const CONTINUE = ["Continue"];

class Session {
  constructor(story, answers = {}, start = null) {
    this.story = story;
    this.start = start;
    this.summarise = false;
    this.answers = Object.create(null);
    for (const variable of story.questions) this.answers[variable.id] = variable.start;
    for (const [name, value] of Object.entries(answers)) {
      if (!(name in this.answers)) throw new PlayError(`${name.slice(0, 60)} is not asked`);
      this.answers[name] = readAnswer(story.variables.get(name), value);
    }
    this.initial = Object.create(null);
    for (const variable of story.variables.values()) this.initial[variable.id] = variable.start;
    Object.assign(this.initial, this.answers);
    if (start) {
      if (!story.scenes.has(start.scene)) throw new PlayError(`there is no scene ${start.scene.slice(0, 60)}`);
      for (const [name, value] of Object.entries(start.state)) {
        if (!(name in this.initial)) throw new PlayError(`there is no variable ${name.slice(0, 60)}`);
        this.initial[name] = readAnswer(story.variables.get(name), value);
      }
    }
    this._begin();
  }

  _begin() {
    this.state = Object.assign(Object.create(null), this.initial);
    this.visits = new Map();
    this.chosen = new Set();
    this.fired = new Set();
    this.place = "";
    this.chapter = "";
    this.outcome = "";
    this.before = { ...this.state };
    this.file = new Map(); // per sheet: as shown, as summarised
    this.unlocked = new Set();
    this.turns = [];
    this._closed = new Set();
    this._met = new Map(); // per chapter, the scenes met in it
    this._menu = [];
    this._heading = null;
    const parts = [];
    this._enter(this.start ? this.start.scene : this.story.start, parts);
    this.turns.push({ step: null, choice: null, scene: "", title: "", note: "", parts });
  }

  get scene() {
    return this.story.scenes.get(this.place);
  }

  get steps() {
    return this.turns.filter((turn) => turn.step).map((turn) => turn.step);
  }

  get offered() {
    const offered = this._menu.filter((choice) => this._canChoose(choice)).map((choice) => choice.id);
    return offered.length || !this._continues ? offered : [`${this.place}/continue`];
  }

  get _continues() {
    return this._menu === this.scene.choices && this.scene.next.length > 0;
  }

  _holds(number) {
    return FUNCTIONS[number](this);
  }

  _canChoose(choice) {
    return !(choice.spends && this.chosen.has(choice.id)) && this._holds(choice.when);
  }

  // --- what can be done

  choose(id, hands = null) {
    const position = this.offered.indexOf(id) + 1;
    if (!position) throw new PlayError(`${id.slice(0, 60)} is not offered here`);
    this.before = { ...this.state };
    const [scene, title] = [this.place, this._heading.title];
    const choice = this.story.choices.get(id) ?? null;
    const parts = [];
    let label = CONTINUE;
    let note = "";
    if (choice) {
      label = this._filled(choice.label);
      if (choice.record) note = this._filled(choice.record.note);
      parts.push({ kind: "echo", label });
      this._take(choice, parts);
    } else {
      this._move(this._way(this.scene), parts);
    }
    this.turns.push({ step: { id, label, position, hands }, choice, scene, title, note, parts });
  }

  undo() {
    const steps = this.steps;
    if (steps.length) this.replay(steps.slice(0, -1));
    return steps.length > 0;
  }

  replay(steps) {
    this._begin();
    for (const step of steps) this.choose(step.id, step.hands);
  }

  // --- the step function

  _take(choice, parts) {
    this.chosen.add(choice.id);
    this._assign(choice.set);
    this._unlock();
    const scene = this.scene;
    const prose = this._show(choice.reply, scene);
    if (prose.length) parts.push({ kind: "reply", prose, withheld: scene.violent });
    if (choice.choices.some((nested) => this._canChoose(nested))) this._menu = choice.choices;
    else if (choice.stay) this._menu = scene.choices;
    else this._move(choice.go || this._way(scene), parts);
  }

  _assign(assignments) {
    const values = assignments.map(([, number, low, high]) => {
      const value = this._holds(number);
      return low === undefined ? value : Math.min(Math.max(Number(value), low), high);
    });
    assignments.forEach(([name], i) => { this.state[name] = values[i]; });
  }

  _way(scene) {
    return scene.next.find(([when]) => this._holds(when))[1];
  }

  _move(target, parts) {
    const index = this.story.interrupts.findIndex(([when], i) => !this.fired.has(i) && this._holds(when));
    if (index >= 0) this.fired.add(index);
    this._enter(index >= 0 ? this.story.interrupts[index][1] : target, parts);
  }

  _enter(target, parts) {
    let scene = this.story.scenes.get(target);
    while (scene.junction) {
      this._visit(scene);
      scene = this.story.scenes.get(this._way(scene));
    }
    const chapter = scene.chapter === "same" ? this.chapter : scene.chapter;
    if (chapter !== this.chapter) {
      this._close(parts);
      this.chapter = chapter;
      if (this.story.chapters.has(chapter)) parts.push({ kind: "opening", chapter });
    }
    this._visit(scene);
    if (!this._met.has(chapter)) this._met.set(chapter, new Set());
    this._met.get(chapter).add(scene.id);
    this._menu = scene.choices;
    this._heading = {
      kind: "heading", scene: scene.id,
      title: this._filled(scene.title), place: this._filled(scene.place), date: this._filled(scene.date),
    };
    parts.push(this._heading);
    const summary = scene.violent ? this._filled(scene.summary) : "";
    const prose = this._show(scene.text, scene);
    if (scene.todo) prose.push({ text: [`To be written: ${scene.todo}`] });
    if (prose.length || summary) parts.push({ kind: "telling", prose, withheld: scene.violent, summary });
    if (scene.ending) this._close(parts);
  }

  _visit(scene) {
    this.visits.set(scene.id, (this.visits.get(scene.id) ?? 0) + 1);
    this.place = scene.id;
    this._assign(scene.enter);
    if (scene.outcome) this.outcome = scene.id;
    this._unlock();
  }

  _unlock() {
    for (const entry of this.story.glossary.values()) {
      if (!this.unlocked.has(entry.id) && this._holds(entry.when)) this.unlocked.add(entry.id);
    }
  }

  _close(parts) {
    const chapter = this.story.chapters.get(this.chapter);
    if (!chapter || this._closed.has(chapter.id)) return;
    this._closed.add(chapter.id);
    const prose = this._show(chapter.card, null);
    const rests = new Map(); // fact -> only violent scenes rest on it
    for (const id of this._met.get(chapter.id) ?? []) {
      const scene = this.story.scenes.get(id);
      for (const fact of this._basis(scene)) rests.set(fact, (rests.get(fact) ?? true) && scene.violent);
    }
    const facts = [...rests.keys()];
    const held = facts.filter((fact) => rests.get(fact));
    if (prose.length || facts.length) parts.push({ kind: "card", chapter: chapter.id, prose, facts, held });
  }

  // --- showing

  _basis(scene) {
    const basis = scene.basis.length ? scene.basis : this.story.chapters.get(this.chapter)?.basis ?? [];
    return basis.filter((fact) => fact !== "invented");
  }

  /** A text with its inserts; they may come to nothing. */
  _filled(template) {
    if (!template.inserts) return template;
    const nodes = fill(template.nodes, template.inserts.map(([number, how]) => {
      const value = this._holds(number);
      return typeof how === "string" ? wordsOf(this.story.variables.get(how), value) : printed(value, how);
    }));
    return plain(nodes).trim() ? nodes : "";
  }

  _show(passage, scene) {
    return passage.flatMap((piece) => {
      if (piece.text) return [{ text: this._filled(piece.text) }];
      if (piece.sheet) return [{ sheet: this._sheet(piece.sheet, scene) }];
      if (piece.then) return this._show(this._holds(piece.when) ? piece.then : piece.else, scene);
      if (piece.cases) {
        const value = String(this._holds(piece.by));
        return this._show(new Map(Object.entries(piece.cases)).get(value) ?? piece.else, scene);
      }
      const isAgain = scene && this.visits.get(scene.id) > 1;
      return scene && isAgain === Boolean(piece.again) ? this._show(piece.again ?? piece.once, scene) : [];
    });
  }

  _sheet(sheet, scene) {
    const shown = {
      id: sheet.id, kind: sheet.kind, heading: this._filled(sheet.heading), stamp: this._filled(sheet.stamp),
      text: this._show(sheet.text, scene).filter((piece) => "text" in piece).map((piece) => piece.text),
      signed: this._filled(sheet.signed), summary: "",
    };
    if (sheet.id && !this.file.has(sheet.id)) {
      let short = shown;
      if (scene?.violent) {
        short = { ...shown, stamp: "", text: null, signed: "", summary: this._filled(scene.summary) };
      }
      this.file.set(sheet.id, [shown, short]);
    }
    return shown;
  }

  /** Kept parts as this player reads them. */
  told(parts) {
    return parts.flatMap(({ withheld, summary, held, ...part }) => {
      if (part.kind === "telling") part.summarised = Boolean(withheld) && this.summarise;
      if (part.kind === "card") {
        return [this.summarise ? { ...part, facts: part.facts.filter((fact) => !held.includes(fact)) } : part];
      }
      if (!withheld) return [part];
      if (!this.summarise) return part.prose.length ? [part] : [];
      return part.kind === "telling" ? [{ ...part, prose: [{ text: summary }] }] : [];
    });
  }

  get page() {
    const { story, scene } = this;
    const since = [];
    for (const turn of [...this.turns].reverse()) {
      const at = turn.parts.map((part) => part.kind).lastIndexOf("heading");
      since.unshift(...turn.parts.slice(Math.max(at, 0)));
      if (at >= 0) break;
    }
    const held = this.summarise && scene.violent;
    return {
      number: this.turns.length - 1,
      scene: scene.id,
      title: this._heading.title,
      place: this._heading.place,
      date: this._heading.date,
      chapter: story.chapters.has(this.chapter) ? this.chapter : null,
      turn: this.told(this.turns[this.turns.length - 1].parts),
      since: this.told(since),
      options: this._options(),
      gauges: story.gauges.map((variable) => this._gauge(variable)),
      facts: held ? [] : this._basis(scene),
      facts_held: held,
      file: [...this.file.values()].map(([full, short]) => (this.summarise ? short : full)),
      glossary: [...story.glossary.values()].filter((e) => this.unlocked.has(e.id))
        .map((e) => ({ title: e.title, kind: e.kind, text: this._filled(e.text) })),
      ending: scene.ending ? this._ending(scene) : null,
    };
  }

  _gauge(variable) {
    const [before, now] = [Number(this.before[variable.id]), Number(this.state[variable.id])];
    const inWords = (value) => (variable.show === "number" ? String(value) : wordsOf(variable, value));
    const [was, words] = [inWords(this.before[variable.id]), inWords(this.state[variable.id])];
    let change = "";
    if (was !== words) change = `${now > before ? "up" : "down"} from ${was}`;
    else if (now !== before) change = `a little ${now > before ? "higher" : "lower"}`;
    return { label: variable.label || variable.id, words, change };
  }

  _options() {
    const options = [];
    let number = 0;
    for (const choice of this._menu) {
      const label = () => this._filled(choice.label);
      if (this._canChoose(choice)) {
        options.push({ id: choice.id, label: label(), number: ++number, locked: null });
      } else if (choice.locked && !(choice.spends && this.chosen.has(choice.id))) {
        options.push({ id: choice.id, label: label(), number: 0, locked: this._filled(choice.locked[0]) });
      }
    }
    if (!number && this._continues) {
      options.push({ id: `${this.place}/continue`, label: CONTINUE, number: 1, locked: null });
    }
    return options;
  }

  _ending(scene) {
    const [outcome, summary] = this.outcome ? this.story.scenes.get(this.outcome).outcome : ["", ""];
    return {
      title: this._filled(scene.ending[0]),
      outcome: this._filled(outcome),
      outcome_summary: this._filled(summary),
      toll: this.story.toll.filter((t) => this._holds(t.when ?? 0))
        .map((t) => [this._filled(t.who ?? ""), this._filled(t.text ?? "")]),
      debrief: this.story.debrief.map((question) => this._filled(question)),
    };
  }
}

/** Every choice taken, in order, set against the record: a port of game/play/journal.py. */
function decisions(session) {
  const found = [];
  session.turns.forEach((turn, step) => {
    if (!turn.choice) return;
    const { record } = turn.choice;
    const held = session.summarise && session.story.scenes.get(turn.scene).violent;
    const facts = record && !held ? record.facts : [];
    found.push({
      number: found.length + 1, step, scene: turn.scene, title: turn.title, label: turn.step.label,
      record: record ? record.kind : null, facts, note: turn.note, vote: voted(turn.step),
    });
  });
  return found;
}

/** A step's hands in a sentence; nothing where there were none, or they don't fit its options. */
function voted({ hands, position }) {
  const total = (hands ?? []).reduce((sum, count) => sum + count, 0);
  if (!total || position > hands.length) return "";
  const own = hands[position - 1];
  const most = Math.max(0, ...hands.filter((_, i) => i !== position - 1));
  const rest = most > own ? `; ${most} for another` : most === own ? "; a tie" : "";
  return `${own} of ${total} hands${rest}.`;
}
