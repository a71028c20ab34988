// What stands beside the story, in a dialog over it: evidence, the file, the journal, settings, saves.

const memory = new Map(); // what the browser would not keep, for as long as the page is open

/** What the browser keeps, where it keeps anything: asking may throw. `set` tells whether it is kept. */
const storage = {
  get(key) {
    if (memory.has(key)) return memory.get(key);
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      memory.delete(key);
      return true;
    } catch {
      memory.set(key, value);
      return false;
    }
  },
};

const COLOURS = {
  device: "as the device has them", lamp: "lamp, cream on warm black", paper: "paper, ink on cream",
  contrast: "high contrast, white on black",
};

class Beside {
  constructor(app) {
    this.app = app;
    this.tools = {
      Evidence: () => this.evidence(), "People and terms": () => this.dossier(), "The file": () => this.file(),
      Journal: () => this.journal(), Settings: () => this.settings(),
    };
    byId("panel-close").addEventListener("click", () => byId("panel").close());
    byId("panel").addEventListener("close", () => document.body.classList.toggle("beside", byId("panel").open));
    for (const [event, show] of [["beforeprint", "show"], ["afterprint", "showModal"]]) {
      window.addEventListener(event, () => { // what is modal has no pages
        if (!byId("panel").open) return;
        byId("panel").close();
        byId("panel")[show]();
      });
    }
  }

  _panel(title, ...body) {
    byId("panel-title").textContent = title;
    byId("panel-body").replaceChildren(...body.flat(Infinity).filter(Boolean));
    document.body.classList.add("beside");
    if (!byId("panel").open) byId("panel").showModal();
    byId("panel").scrollTop = 0;
  }

  evidence() {
    this._panel("The facts behind this scene", this.app.drawing.evidence(this.app.play.session.page));
  }

  dossier() {
    this._panel("People and terms", this.app.drawing.dossier(this.app.play.session.page));
  }

  file() {
    this._panel("The file", this.app.drawing.file(this.app.play.session.page));
  }

  journal() {
    const back = (decision) => h("p", { className: "back" },
      button(`Return to before decision ${decision.number}`, () => this.rewind(decision)));
    const note = "Everything read and chosen. When you return to a decision, the title still offers the play as it is.";
    this._panel("Journal", h("p", { className: "dim" }, note),
      this.app.drawing.journal(this.app.play.session, back));
  }

  rewind(decision) {
    storage.set(`${this.app.key} before`, JSON.stringify(this.app.play.save()));
    this.app.play.session.replay(this.app.play.session.steps.slice(0, decision.step - 1));
    byId("panel").close();
    this.app.again();
    this.app.say(`You are back before decision ${decision.number}.`);
  }

  settings() {
    const { settings } = this.app;
    const colours = h("select", { id: "set-colours" }, Object.entries(COLOURS).map(([value, words]) => (
      h("option", { value, selected: value === settings.colours }, words))));
    colours.addEventListener("change", () => this.app.set("colours", colours.value));
    const box = (id, words, checked, act) => {
      const input = h("input", { type: "checkbox", id, checked });
      input.addEventListener("change", () => act(input.checked));
      return h("p", {}, h("label", {}, input, " ", words));
    };
    this._panel("Settings",
      h("p", {}, h("label", { for: "set-colours" }, "Colours "), colours),
      box("set-violence", "Tell scenes of violence by a short summary", settings.violence === "summary", (on) => {
        this.app.set("violence", on ? "summary" : "full");
        if (!this.app.play) return;
        this.app.play.session.summarise = on;
        this.app.draw();
      }),
      box("set-keys", "Keys 1 to 9 choose", settings.keys, (on) => this.app.set("keys", on)));
  }

  // --- saves

  saves() {
    const told = h("p", { role: "status" });
    const refused = (act) => async () => {
      try {
        told.textContent = "";
        await act();
      } catch (error) {
        if (!(error instanceof SaveError)) throw error;
        told.textContent = `That can't be done: ${error.message}.`;
      }
    };
    const field = h("textarea", { id: "given", rows: 3, autocomplete: "off", spellcheck: false });
    const file = h("input", { type: "file", id: "given-file", accept: ".json,.txt,application/json" });
    const opened = (save) => {
      this.app.open(save);
      byId("panel").close();
      this.app.focus(true);
    };
    file.addEventListener("change", refused(async () => {
      if (!file.files.length) return;
      if (file.files[0].size > MAX_SAVE) throw new SaveError("larger than 4 MiB: no save of this game");
      opened(decodeSave(new Uint8Array(await file.files[0].arrayBuffer())));
    }));
    const open = button("Open the code", refused(() => opened(decodeSave(new TextEncoder().encode(field.value)))));
    this._panel("Saves",
      this.app.play ? this._handOut(told, refused) : "",
      h("h3", {}, "Open a save"),
      h("p", {}, h("label", { for: "given-file" }, "A save file "), file),
      h("p", {}, h("label", { for: "given" }, "Or a code, pasted here"), field, open),
      told,
      h("h3", {}, "On this device"),
      this._forgetting(told));
  }

  /** The play as a file and as a code. */
  _handOut(told, refused) {
    const code = h("textarea", { id: "code", rows: 3, readOnly: true, value: "", spellcheck: false });
    const made = encodeCode(this.app.play.save(), this.app.story).then((text) => { code.value = text; }, (error) => {
      if (!(error instanceof SaveError)) throw error;
      told.textContent = `No code: ${error.message}.`;
    });
    const copy = refused(async () => {
      await made;
      code.select();
      let copied = true;
      try {
        await navigator.clipboard.writeText(code.value);
      } catch {
        copied = document.execCommand("copy"); // older, and allowed where the other is not
      }
      told.textContent = copied ? "The code is copied." : "Press Ctrl and C to copy the code that is marked.";
    });
    return [
      h("h3", {}, "Take this play with you"),
      h("p", {}, button("Download the save file", () => this._download())),
      h("p", {}, h("label", { for: "code" },
        "Or copy the code. Of what was typed it holds only the answers to the questions at the end."),
      code, button("Copy the code", copy)),
    ];
  }

  _download() {
    const text = `${JSON.stringify(this.app.play.save(), null, 1)}\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = h("a", { href: url, download: `${this.app.story.id}-${stamp().slice(0, 10)}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    this.app.isKept = true;
  }

  _forgetting(told) {
    return [
      h("p", {}, "Where it can, this browser keeps your play of this story. Nothing is sent anywhere."),
      h("p", {}, button("Delete what this browser keeps of this story", () => {
        for (const name of ["", " before", " damaged"]) storage.set(this.app.key + name, null);
        told.textContent = "Deleted. A play that is open is kept again at its next step.";
        if (!this.app.play) this.app.title();
      })),
    ];
  }
}
