// What a page looks like: nodes, parts, documents and panels as elements. Text is only ever put in as text.

/** An element. `settings` are properties; `data-`, `aria-` and other names with a hyphen are attributes. */
function h(name, settings = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(settings)) {
    if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.flat(Infinity).filter((child) => child !== "" && child !== null));
  return element;
}

const byId = (id) => document.getElementById(id);

function button(label, act) {
  const element = h("button", { type: "button" }, label);
  element.addEventListener("click", (event) => {
    if (event.detail < 2) act(); // the second click of two meant the first button
  });
  return element;
}

/** The nodes of a text as elements. */
function drawn(nodes) {
  return [...nodes].map((node) => {
    if (!Array.isArray(node)) return node;
    const [name, ...inner] = node;
    return name === "ol" ? h("ol", { start: inner[0] }, drawn(inner.slice(1))) : h(name, {}, drawn(inner));
  });
}

const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}.`;
const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;

class Drawing {
  constructor(story) {
    this.story = story;
  }

  // --- what is told

  parts(parts) {
    return parts.map((part) => this[`_${part.kind}`](part));
  }

  _echo({ label }) {
    return h("p", { className: "echo" }, h("span", { className: "unseen" }, "You chose: "), drawn(label));
  }

  _reply({ prose }) {
    return this.prose(prose);
  }

  _telling({ prose }) {
    return this.prose(prose);
  }

  _opening({ chapter }) {
    const { title, plate, plate_alt } = this.story.chapters.get(chapter);
    const seen = plate_alt ? { role: "img", "aria-label": plate_alt } : { "aria-hidden": "true" };
    return h("div", { className: "opening" },
      plate ? h("pre", { className: "plate", ...seen }, plate) : "", h("h2", {}, title));
  }

  _heading({ title, place, date }) {
    const where = [place, date].filter(Boolean).map(plain).join(", ");
    if (!title) return h("h3", { className: where ? "where" : "unseen" }, where || "A scene");
    return h("div", { className: "heading" },
      h("h3", {}, drawn(title)), where && h("p", { className: "where" }, where));
  }

  _card({ chapter, prose, facts }) {
    return h("section", { className: "card", "aria-label": "Record card" },
      h("h3", {}, `Record card: ${this.story.chapters.get(chapter).title}`),
      this.prose(prose),
      facts.length ? h("ul", {}, facts.map((id) => h("li", {}, this._fact(id)))) : "");
  }

  _fact(id) {
    const { text, standing } = this.story.facts.get(id);
    return [text, " ", h("span", { className: "dim" }, `(${this.story.standings[standing]})`)];
  }

  prose(prose) {
    return prose.map((piece) => (piece.sheet ? this.sheet(piece.sheet) : drawn(piece.text)));
  }

  sheet({ kind, heading, stamp, text, signed, summary }) {
    return h("article", { className: `sheet ${kind}`, "aria-label": `Document: ${this.story.sheets[kind]}` },
      h("header", {},
        stamp ? h("p", { className: "stamp" }, h("span", { className: "unseen" }, "Stamped: "), drawn(stamp)) : "",
        h("p", { className: "kind" }, this.story.sheets[kind]),
        h("p", { className: "about" }, drawn(heading))),
      h("div", { className: "words" }, text === null ? drawn(summary) : text.map(drawn)),
      signed ? h("p", { className: "signed" }, h("span", { className: "unseen" }, "Signed: "), drawn(signed)) : "");
  }

  /** What stands in the margin; `said` is how a gauge is told. */
  gauges(gauges) {
    return h("dl", {}, gauges.map(({ label, words, change }) => h("div", { className: change ? "changed" : "" },
      h("dt", {}, label), h("dd", {}, words), change ? h("dd", { className: "change" }, change) : "")));
  }

  // --- what stands beside the story

  evidence({ facts, facts_held }) {
    if (facts_held) return h("p", {}, "This scene is told by its summary, and its facts are held back with it.");
    if (!facts.length) return h("p", {}, "None: this scene was made up for the story.");
    return h("ul", { className: "facts" }, facts.map((id) => {
      const { text, standing, sources } = this.story.facts.get(id);
      const titles = sources.map((source) => {
        const [title, kind] = this.story.sources.get(source);
        return `${title} (${kind})`;
      });
      const stands = h("strong", {}, sentence(this.story.standings[standing]));
      return h("li", {}, h("p", {}, text), h("p", { className: "dim" }, stands, ` ${titles.join("; ")}`));
    }));
  }

  dossier({ glossary }) {
    if (!glossary.length) return h("p", {}, "Nobody has been met and no term explained yet.");
    return Object.entries({ person: "People", place: "Places", term: "Terms" }).map(([kind, title]) => {
      const known = glossary.filter((entry) => entry.kind === kind);
      if (!known.length) return "";
      const rows = known.map((entry) => [h("dt", {}, entry.title), h("dd", {}, drawn(entry.text))]);
      return [h("h3", {}, title), h("dl", {}, rows)];
    });
  }

  file({ file }) {
    return file.length ? file.map((sheet) => this.sheet(sheet)) : h("p", {}, "The file is empty.");
  }

  decisions(found) {
    if (!found.length) return h("p", {}, "Nothing has been chosen yet.");
    return h("ol", { className: "decisions" }, found.map((decision) => h("li", {},
      h("p", {},
        decision.title ? h("span", { className: "dim" }, plain(decision.title).replace(/[^.?!]$/, "$&:"), " ") : "",
        drawn(decision.label)),
      this.record(decision), this.vote(decision))));
  }

  /** How a decision stands to what happened. */
  record({ record, facts, note }) {
    if (!record) return "";
    const remarks = [plain(note), ...facts.map((id) => {
      const { text, standing } = this.story.facts.get(id);
      return standing === "documented" ? text : `${text} (${this.story.standings[standing]})`;
    })].filter(Boolean);
    const kind = h("em", {}, sentence(this.story.records[record]));
    return h("p", { className: `record ${record}` }, kind, ` ${remarks.join(" ")}`);
  }

  /** The hands a class gave for a decision, where the play is a vote. */
  vote({ vote }) {
    return vote ? h("p", {}, h("em", {}, vote)) : "";
  }

  /** Everything read and chosen; `back` makes the way back to a decision. */
  journal(session, back) {
    const found = new Map(decisions(session).map((decision) => [decision.step, decision]));
    return session.turns.map((turn, step) => {
      const parts = session.told(turn.parts);
      const decision = found.get(step);
      if (!decision) return this.parts(parts);
      const [echo, ...rest] = parts;
      return [this.parts([echo]), this.record(decision), this.vote(decision), back(decision), this.parts(rest)];
    });
  }

  /** What follows an ending's text: outcome, file, decisions, toll, questions with room for an answer. */
  ending(page, found, answers, answered) {
    const { title, outcome, outcome_summary, toll, debrief } = page.ending;
    const whose = found.some(({ vote }) => vote) ? "The class's" : "Your";
    const section = (heading, ...body) => h("section", {}, h("h3", {}, heading), body);
    const harmed = toll.map(([who, text]) => h("li", {}, h("strong", {}, drawn(who)), ". ", drawn(text)));
    const questions = debrief.map((question, i) => this._question(question, i, answers[i] ?? "", answered));
    return [
      h("div", { className: "end" },
        title ? h("p", {}, h("span", { className: "dim" }, "Ending: "), h("strong", {}, drawn(title))) : "",
        outcome ? h("p", {}, h("span", { className: "dim" }, "Outcome: "), h("strong", {}, drawn(outcome))) : "",
        drawn(outcome_summary)),
      section("The file", this.file(page)),
      section(`${whose} decisions, against the record`, this.decisions(found)),
      ...(harmed.length ? [section("The people harmed", h("ul", {}, harmed))] : []),
      ...(questions.length ? [section("Questions", questions)] : []),
    ];
  }

  _question(question, i, answer, answered) {
    const printed_ = h("p", { className: "printed" }, answer);
    const room = h("textarea", { id: `answer-${i}`, rows: 4, maxLength: MAX_LINES, value: answer });
    room.addEventListener("input", () => {
      printed_.textContent = room.value;
      answered(i, room.value);
    });
    const label = h("label", { for: room.id }, `${i + 1}. `, drawn(question));
    return h("div", { className: "question" }, label, room, printed_);
  }
}
