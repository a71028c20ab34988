// A story as data, and its texts. Texts are nodes: a string, or [name of the element, node, node ...]; "" is no text.
// In all these files: plain ES2020, for the oldest browser in the room.

const MARK = "\ufdd0"; // stands for an insert in a text
const MAX_ANSWER = 60;
const MAX_LINES = 10000;

const SCENE = {
  chapter: "", title: "", place: "", date: "", basis: [], violent: false, junction: false, summary: "", enter: [],
  text: [], choices: [], next: [], ending: null, outcome: null, todo: "",
};
const CHOICE = {
  when: 0, locked: null, set: [], record: null, reply: [], choices: [], go: "", stay: false, spends: false,
};
const VARIABLE = { low: 0, high: 0, words: {}, bands: [], label: "", show: "", ask: "" };
const CHAPTER = { plate: "", plate_alt: "", basis: [], card: [] };

class PlayError extends Error {}

// What the functions of a story call.
const modulo = (a, b) => ((a % b) + b) % b;
const quotient = (a, b) => (a - modulo(a, b)) / b;
const least = (...numbers) => numbers.reduce((a, b) => (b < a ? b : a));
const greatest = (...numbers) => numbers.reduce((a, b) => (b > a ? b : a));
const size = (a) => (a < 0 ? -a : a);

/** A story from its data, ids in maps. */
function readStory(data) {
  const map = (object, defaults) => new Map(Object.entries(object).map(([id, v]) => [id, { id, ...defaults, ...v }]));
  const story = {
    ...data,
    variables: map(data.variables, VARIABLE),
    chapters: map(data.chapters, CHAPTER),
    facts: map(data.facts, {}),
    glossary: map(data.glossary, { text: "", when: 0 }),
    sources: new Map(Object.entries(data.sources)),
    scenes: map(data.scenes, SCENE),
    choices: new Map(),
  };
  const filled = (choices) => choices.map((given) => {
    const choice = { ...CHOICE, ...given };
    choice.choices = filled(choice.choices);
    story.choices.set(choice.id, choice);
    return choice;
  });
  for (const scene of story.scenes.values()) scene.choices = filled(scene.choices);
  for (const variable of story.variables.values()) {
    variable.start = variable.start[0];
    variable.words = new Map(Object.entries(variable.words));
  }
  story.questions = [...story.variables.values()].filter((v) => v.ask);
  story.gauges = [...story.variables.values()].filter((v) => v.show);
  return story;
}

/** Every answer a player can give to a question; null for free text. */
function answersOf(variable) {
  if (variable.kind === "number") {
    return Array.from({ length: variable.high - variable.low + 1 }, (_, i) => variable.low + i);
  }
  return variable.kind === "word" ? [...variable.words.keys()] : null;
}

/** What a lone {variable} prints. */
function wordsOf(variable, value) {
  if (variable.words.size) return variable.words.get(value);
  const band = variable.bands.find(([low, high]) => low <= value && value <= high);
  return band ? band[2] : printed(value, true);
}

const printed = (value, flag) => (flag && typeof value === "boolean" ? (value ? "yes" : "no") : String(value));

// Characters with no place in a text: those that `FORBIDDEN` of game/story/files.py names.
const FORBIDDEN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]/gu;

function cleanAnswer(text, most = MAX_ANSWER) {
  return [...text.replace(FORBIDDEN, " ").trim().split(/\s+/u).join(" ")].slice(0, most).join("").trim();
}

function cleanLines(text) {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/u);
  const expanded = lines.map((line) => {
    let column = 0;
    return [...line.replace(FORBIDDEN, " ")].map((char) => {
      const wide = char === "\t" ? 4 - (column % 4) : 1;
      column += wide;
      return char === "\t" ? " ".repeat(wide) : char;
    }).join("");
  });
  const spaced = expanded.join("\n").replace(/^\s*\n/u, "").replace(/\n\s*\n/gu, "\n\n");
  return [...spaced].slice(0, MAX_LINES).join("").trimEnd();
}

/** The answer as kept. Throws PlayError where the variable can't have it. */
function readAnswer(variable, answer) {
  if (variable.kind === "text" && typeof answer === "string") return cleanAnswer(answer);
  if (variable.kind === "flag" && typeof answer === "boolean") return answer;
  if (answersOf(variable)?.includes(answer)) return answer;
  throw new PlayError(`${variable.id} can't be ${String(answer).slice(0, 60)}`);
}

/** Nodes with values in place of the marks, in their order. */
function fill(nodes, values) {
  return nodes.flatMap((node) => {
    if (Array.isArray(node)) return [[node[0], ...fill(node.slice(1), values)]];
    if (typeof node !== "string" || !node.includes(MARK)) return [node];
    const text = node.split(MARK).reduce((before, after) => before + values.shift() + after);
    return text.split("\n").flatMap((line, i) => [...(i ? [["br"]] : []), ...(line ? [line] : [])]);
  });
}

/** A text on one line, without its emphasis. */
function plain(nodes) {
  const inLine = (node) => (node[0] === "br" ? " " : plain(node.slice(1)));
  return [...nodes].map((node) => (Array.isArray(node) ? inLine(node) : node)).join("");
}
