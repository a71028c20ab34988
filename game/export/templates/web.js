// The page: title, questions, the play. Everything a reader can do is a button.

const SETTINGS = "special-tasks settings";
const PAUSE = 300; // milliseconds after a key until an answer is kept

class App {
  constructor(story) {
    this.story = story;
    this.drawing = new Drawing(story);
    this.key = `special-tasks play ${story.id}`;
    this.play = null;
    this.coming = 0; // pages still to come of the last step
    this.shown = -1; // the page that is open
    this.isKept = true; // whether the browser has the play as it stands
    this.settings = { colours: "device", violence: "full", keys: true };
    try {
      Object.assign(this.settings, JSON.parse(storage.get(SETTINGS)));
    } catch {
      // nothing that this program wrote
    }
    this._colour();
    this.beside = new Beside(this);
    const tools = { ...this.beside.tools, Undo: () => this.undo(), Save: () => this.beside.saves() };
    byId("tools").append(...Object.entries(tools).map(([name, act]) => button(name, act)));
    document.addEventListener("keydown", (event) => this._key(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.isKept) return;
      event.preventDefault();
      event.returnValue = true; // what older browsers want
    });
    this.title();
  }

  // --- the parts of the page

  /** Buttons by number; what is locked stands between them with its reason. */
  _choices(options, before = "") {
    const rows = options.map(({ label, number, locked, act }) => {
      const words = h("span", {}, drawn(label));
      if (locked) return h("li", { className: "locked" }, words, " ", h("span", {}, "(not now: ", drawn(locked), ")"));
      return h("li", {}, button([h("span", { className: "number" }, String(number)), " ", words], act));
    });
    byId("choices-body").replaceChildren(...[before, rows.length ? h("ol", {}, rows) : ""].filter(Boolean));
  }

  _key(event) {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || byId("panel").open) return;
    if (event.target.closest("input, textarea, select")) return;
    const buttons = [...byId("choices-body").querySelectorAll("ol button")];
    let meant = this.settings.keys && /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
    if (event.key === "Enter" && buttons.length === 1 && !event.target.closest("button, a")) [meant] = buttons;
    if (!meant) return;
    event.preventDefault();
    meant.click();
  }

  say(text) {
    byId("status").textContent = text;
  }

  /** A page that is no play: what is told, and what stands below it. */
  _screen(told, ...body) {
    this.play = null;
    this.shown = -1;
    byId("tools").hidden = byId("gauges").hidden = true;
    document.title = this.story.title;
    this._tell(told);
    byId("after").replaceChildren();
    byId("notes").replaceChildren();
    byId("choices-body").replaceChildren(...body);
    this.say("");
  }

  /** Puts text on an empty page without reading it out. */
  _tell(nodes) {
    const story = byId("story");
    story.setAttribute("aria-live", "off");
    story.replaceChildren(...nodes);
    setTimeout(() => story.setAttribute("aria-live", "polite"), 100);
  }

  _note(text) {
    byId("notes").append(h("p", {}, text));
  }

  _colour() {
    const { colours } = this.settings;
    if (colours === "device") delete document.documentElement.dataset.colours;
    else document.documentElement.dataset.colours = colours;
  }

  set(name, value) {
    this.settings[name] = value;
    storage.set(SETTINGS, JSON.stringify(this.settings));
    this._colour();
  }

  // --- before a play

  title() {
    const { story } = this;
    const [kept, before] = [this._stored(this.key), this._stored(`${this.key} before`)];
    this._screen(drawn(story.about));
    const described = (save) => `${counted(save.steps.length, "step", "steps")}, ${save.saved.slice(0, 10)}`;
    const opening = (words, { save }) => (
      save && [`${words}: ${described(save)}`, () => this._try(() => this.open(save))]);
    const options = [
      opening("Continue", kept),
      opening("Back to the play before", before),
      ["Begin a new play", () => this.begin()],
      ["Open a save, or a code", () => this.beside.saves()],
      ["Settings", () => this.beside.settings()],
    ].filter(Boolean);
    this._choices(options.map(([label, act], i) => ({ label: [label], number: i + 1, act })),
      story.author ? h("p", { className: "dim" }, `By ${story.author}`) : "");
    if (kept.error) {
      this._note(`The play kept in this browser can't be read: ${kept.error}.`);
      storage.set(`${this.key} damaged`, storage.get(this.key));
    }
  }

  _stored(key) {
    const text = storage.get(key);
    try {
      return text ? { save: readSave(text) } : {};
    } catch (error) {
      return { error: error.message };
    }
  }

  /** Does what may be refused, and tells why. */
  _try(act) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof SaveError)) throw error;
      this._note(`That can't be opened: ${error.message}.`);
      this.say(`That can't be opened: ${error.message}.`);
    }
  }

  /** The content note, how violence is told, and what the story asks: one form. */
  begin() {
    const { story } = this;
    const fields = story.questions.map((variable) => this._question(variable));
    const violence = [...story.scenes.values()].some((scene) => scene.violent)
      ? this._radios("How should scenes of violence be told? This can be changed at any time.", "violence",
        [["full", "In full"], ["summary", "By a short summary"]], this.settings.violence)
      : "";
    const form = h("form", {}, violence, fields.map(({ field }) => field),
      h("p", {}, h("button", { type: "submit" }, "Begin"), " ", button("Back", () => this.title())));
    const go = () => {
      if (violence) this.set("violence", form.elements.violence.value);
      this._aside();
      this.start(new Play(new Session(story, Object.fromEntries(fields.map(({ read }) => read())))));
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go();
    });
    if (violence || fields.length || story.note.length) {
      this._screen(drawn(story.note), form);
      this.focus(true);
    } else {
      go();
    }
  }

  _question(variable) {
    const { id, ask, start, kind } = variable;
    const answers = answersOf(variable);
    if (!answers) {
      const input = h("input", { id: `ask-${id}`, maxLength: MAX_ANSWER, placeholder: start, autocomplete: "off" });
      const read = () => [id, cleanAnswer(input.value) || start];
      return { field: h("p", {}, h("label", { for: input.id }, ask), h("br"), input), read };
    }
    const value = (text) => [id, kind === "number" ? Number(text) : text];
    if (answers.length > 6) {
      const select = h("select", { id: `ask-${id}` }, answers.map((answer) => (
        h("option", { value: answer, selected: answer === start }, wordsOf(variable, answer)))));
      const read = () => value(select.value);
      return { field: h("p", {}, h("label", { for: select.id }, ask), h("br"), select), read };
    }
    const field = this._radios(ask, `ask-${id}`, answers.map((answer) => [answer, wordsOf(variable, answer)]), start);
    return { field, read: () => value(field.querySelector(":checked").value) };
  }

  _radios(legend, name, options, checked) {
    return h("fieldset", {}, h("legend", {}, legend), options.map(([value, words]) => h("label", {},
      h("input", { type: "radio", name, value: String(value), checked: value === checked }), " ", words)));
  }

  // --- a play

  start(play, notes = []) {
    this.play = play;
    this.play.session.summarise = this.settings.violence === "summary";
    this.coming = 0;
    byId("tools").hidden = false;
    this._keep();
    this.draw();
    notes.forEach((note) => this._note(note));
    this.focus(true);
    this.say(notes.join(" "));
  }

  /** Plays a save. Throws SaveError. */
  open(save) {
    const { play, notes } = restore(this.story, save);
    this._aside();
    this.start(play, notes);
  }

  /** The play that the browser keeps becomes the one before. */
  _aside() {
    const { save } = this._stored(this.key);
    if (save && save.steps.length) storage.set(`${this.key} before`, storage.get(this.key));
  }

  _keep() {
    this.isKept = storage.set(this.key, JSON.stringify(this.play.save()));
  }

  /** All that was told, cut where a chapter opens and after a record card: of each page what was read, and the new. */
  _pages() {
    const pages = [[[], []]];
    const { turns } = this.play.session;
    for (const turn of turns) {
      for (const part of this.play.session.told(turn.parts)) {
        const told = pages[pages.length - 1].flat();
        if (told.length && (part.kind === "opening" || told[told.length - 1].kind === "card")) pages.push([[], []]);
        pages[pages.length - 1][turn === turns[turns.length - 1] ? 1 : 0].push(part);
      }
    }
    return pages;
  }

  /** Draws the page that is open; what the last step brought is read out where it was `told` just now. */
  draw(told = false) {
    const { session } = this.play;
    const pages = this._pages();
    const at = pages.length - 1 - this.coming;
    const [older, now] = pages[at];
    const { page } = session;
    const turn = h("div", { className: "turn" }, this.drawing.parts(now));
    const first = older.concat(now)[0];
    if (told) byId("story").setAttribute("aria-live", "polite");
    if (told && at === this.shown) {
      for (const read of byId("story").children) read.classList.add("read");
      byId("story").append(turn);
    } else {
      const before = older.length ? h("div", { className: "turn read" }, this.drawing.parts(older)) : "";
      const heading = first && first.kind === "opening" ? "" : h("h2", { className: "unseen" }, "The story");
      const whole = [heading, before, turn].filter(Boolean);
      if (told) byId("story").replaceChildren(...whole);
      else this._tell(whole);
      byId("notes").replaceChildren();
      if (!this.isKept) {
        this._note("This browser keeps nothing. Before you leave, choose Save and take the file or the code with you.");
      }
    }
    this.shown = at;
    const ended = page.ending && !this.coming;
    byId("after").replaceChildren(...ended
      ? this.drawing.ending(page, decisions(session), this.play.debrief, (i, text) => this._answer(i, text))
      : []);
    byId("gauges").hidden = !page.gauges.length;
    byId("gauges").replaceChildren(this.drawing.gauges(page.gauges));
    document.title = [plain(page.title), this.story.title].filter(Boolean).join(" - ");
    this._offer(page, ended);
  }

  _offer(page, ended) {
    if (this.coming) {
      this._choices([{ label: ["Go on"], number: 1, act: () => this._goOn() }]);
    } else if (ended) {
      const after = {
        "Save this play": () => this.beside.saves(),
        "Print this page": () => window.print(),
        "Back to the title": () => this._leave(),
      };
      this._choices(Object.entries(after).map(([label, act], i) => ({ label: [label], number: i + 1, act })));
    } else {
      const stuck = !page.options.some((option) => option.number);
      this._choices(page.options.map((option) => ({ ...option, act: () => this._take(option.id) })),
        stuck ? h("p", {}, "This page offers no way on: a mistake of the story. Undo takes the last step back.") : "");
    }
  }

  _take(id) {
    this.play.session.choose(id);
    this._keep();
    this.coming = this._pages().filter(([, now]) => now.length).length - 1;
    this.draw(true);
    this._arrive();
  }

  /** To the next page of the same step. */
  _goOn() {
    this.coming -= 1;
    this.draw(true);
    this._arrive();
  }

  _arrive() {
    const changed = this.play.session.page.gauges.filter(({ change }) => change);
    const said = changed.map(({ label, words, change }) => `${label}: ${words}, ${change}.`);
    this.say(this.coming ? "" : said.join(" "));
    this.focus();
  }

  /** Where the keyboard goes on: at the choices, with what is new in sight. */
  focus(top = false) {
    byId("choices").focus({ preventScroll: true });
    const turns = document.querySelectorAll("#story > .turn");
    if (top || turns.length < 2) window.scrollTo(0, 0);
    else turns[turns.length - 1].scrollIntoView();
  }

  undo() {
    const undone = this.play.session.undo();
    if (undone) this.again();
    this.say(undone ? "The last step is undone." : "There is nothing to undo.");
  }

  /** After steps were taken back. */
  again() {
    this.coming = 0;
    this._keep();
    this.draw();
    this.focus();
  }

  _answer(question, text) {
    this.play.answer(question, text);
    clearTimeout(this.timer);
    const { play } = this;
    this.timer = setTimeout(() => { if (this.play === play) this._keep(); }, PAUSE);
  }

  _leave() {
    this._keep();
    this.title();
    this.focus(true);
  }
}

if (typeof document !== "undefined") new App(readStory(JSON.parse(byId("data").textContent)));
