// Saves: a play as JSON or as a code to copy, and how one is played again. A port of game/play/saves.py.

const FORMAT = 1;
const MAX_SAVE = 4 * 2 ** 20; // bytes
const MAX_CODE = 2 ** 20; // bytes of the save in a code
const MAX_STEPS = 100000;
const MAX_NESTING = 50; // of what other programs put into a save
const KEYS = "format story digest title started saved answers from steps debrief name left_over".split(" ");
const STEP_KEYS = "id label position hands".split(" ");

class SaveError extends Error {}

const without = (object, keys) => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
const stamp = () => `${new Date().toISOString().slice(0, 19)}Z`;

/** A session and what its save holds besides: the counterpart of Play in game/play/slots.py. */
class Play {
  constructor(session, save = null, leftOver = []) {
    this.session = session;
    this.started = save ? save.started : stamp();
    this.debrief = save ? save.debrief.map(cleanLines) : [];
    this.name = save ? save.name : "";
    this.read = save ? save.steps : [];
    this.leftOver = [...leftOver, ...(save ? save.left_over : [])];
    this.extra = save ? without(save, KEYS) : {};
  }

  answer(question, text) {
    while (this.debrief.length <= question) this.debrief.push("");
    this.debrief[question] = cleanLines(text);
    while (this.debrief.length && !this.debrief[this.debrief.length - 1]) this.debrief.pop();
  }

  save() {
    const { story, answers, start, steps } = this.session;
    return {
      format: FORMAT, story: story.id, digest: story.digest, title: story.title,
      started: this.started, saved: stamp(), answers: { ...answers }, from: start,
      steps: steps.map((step, i) => ({
        id: step.id, label: plain(step.label), position: step.position,
        ...(step.hands && step.hands.length ? { hands: step.hands } : {}),
        ...(this.read[i] && this.read[i].id === step.id ? without(this.read[i], STEP_KEYS) : {}),
      })),
      debrief: this.debrief, name: this.name,
      ...(this.leftOver.length ? { left_over: this.leftOver } : {}),
      ...this.extra,
    };
  }
}

// --- reading

/** A save from the bytes of a file, or of a code. Throws SaveError for anything but a whole save of this format. */
function decodeSave(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SaveError("damaged: it is no text");
  }
  return text.trimStart().startsWith("S") ? readSave(unpackCode(text)) : readSave(text);
}

const HALF = /[\ud800-\udfff]/u; // half a character

function readSave(text) {
  let raw;
  try {
    raw = JSON.parse(text, (key, value) => {
      const isWhole = typeof value === "string" ? !HALF.test(value) : Math.abs(value) !== Infinity;
      if (HALF.test(key) || !isWhole) throw new Error();
      return value;
    });
  } catch {
    throw new SaveError("damaged: it is not whole JSON");
  }
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(raw) || !Number.isInteger(raw.format) || !("steps" in raw)) throw new SaveError("no save of this game");
  if (raw.format > FORMAT) throw new SaveError(`made by a newer version (format ${raw.format})`.slice(0, 60));
  if (raw.format !== FORMAT) throw new SaveError("of an unknown format");
  if (isNested(raw, MAX_NESTING)) throw new SaveError("damaged: it is nested too deep");

  const checked = (value, good, key) => {
    if (!good) throw new SaveError(`damaged: \`${key}\` is not what it should be`);
    return value;
  };
  const text_ = (value, key) => checked(value, typeof value === "string", key);
  const values = (object, key) => {
    for (const value of Object.values(checked(object, isObject(object), key))) {
      checked(value, ["string", "boolean"].includes(typeof value) || Number.isInteger(value), key);
    }
    return object;
  };
  const list = (value, key) => checked(value, Array.isArray(value), key);
  const steps = (raw_, key) => {
    if (list(raw_, key).length > MAX_STEPS) throw new SaveError(`damaged: more than ${MAX_STEPS} steps`);
    for (const step of raw_) {
      checked(step, isObject(step), key);
      text_(step.id, key);
      text_(step.label ?? "", key);
      checked(step, Number.isInteger(step.position ?? 0), key);
      for (const hand of list(step.hands ?? [], key)) checked(hand, Number.isInteger(hand), key);
    }
    return raw_;
  };
  const save = { ...raw };
  for (const key of ["story", "digest", "title", "started", "saved", "name"]) save[key] = text_(raw[key] ?? "", key);
  save.answers = values(raw.answers ?? {}, "answers");
  save.steps = steps(raw.steps, "steps");
  save.left_over = steps(raw.left_over ?? [], "left_over");
  save.debrief = list(raw.debrief ?? [], "debrief").map((answer) => text_(answer, "debrief"));
  save.from = raw.from ?? null;
  if (save.from) {
    checked(save.from, isObject(save.from), "from");
    save.from = { scene: text_(save.from.scene, "from"), state: values(save.from.state ?? {}, "from") };
  }
  return save;
}

/** Whether a value has more levels than that, itself and what is innermost counted. */
function isNested(value, most) {
  if (most === 0) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((inner) => isNested(inner, most - 1));
}

// --- codes

/** A save as a code. It leaves out labels, what was typed, and what other programs added. */
async function encodeCode(save, story) {
  const untyped = (values) => Object.fromEntries(
    Object.entries(values).filter(([name]) => story.variables.has(name) && story.variables.get(name).kind !== "text"),
  );
  const bare = (steps) => steps.map(({ id, position, hands }) => ({ id, position, hands }));
  const { format, digest, title, started, saved, from, debrief } = save;
  const whole = {
    format, story: save.story, digest, title, started, saved, answers: untyped(save.answers),
    from: from && { scene: from.scene, state: untyped(from.state) },
    steps: bare(save.steps), debrief, left_over: bare(save.left_over ?? []),
  };
  const isEmpty = (value) => !value || (typeof value === "object" && !Object.keys(value).length);
  const kept = Object.entries(whole).filter(([key, value]) => key === "steps" || !isEmpty(value));
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(kept)));
  if (bytes.length > MAX_CODE) throw new SaveError("too long a play for a code: download its save instead");
  const packed = await deflate(bytes);
  const base64 = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return `ST1.${base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")}.${hex(crc32(packed))}`;
}

const hex = (number) => number.toString(16).padStart(8, "0");

/** The JSON in a code; spaces and line breaks anywhere in it are no matter. */
function unpackCode(given) {
  const text = given.replace(/\s/g, "");
  const version = /^ST(\d+)\./.exec(text);
  if (!version) throw new SaveError("no code of this game: one begins with ST1.");
  if (version[1] !== "1") throw new SaveError(`a code made by another version (ST${version[1].slice(0, 9)})`);
  const found = /^ST1\.([\w-]+)={0,2}\.([0-9a-f]{8})$/i.exec(text);
  if (!found) {
    const cut = /^ST1\.[\w-]*={0,2}(\.[0-9a-f]{0,7})?$/i.test(text);
    throw new SaveError(cut ? "the code is cut: its end is missing" : "the code is mistyped or cut: copy it again");
  }
  let packed = new Uint8Array();
  try {
    packed = Uint8Array.from(atob(found[1].replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  } catch {
    // a length that base64 never has: the sum below is another
  }
  const sum = hex(crc32(packed));
  if (sum !== found[2].toLowerCase()) throw new SaveError("the code is mistyped or cut: copy it again");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(inflate(packed, MAX_CODE));
  } catch (error) {
    throw error instanceof SaveError ? error : new SaveError("damaged: no save is in this code");
  }
}

// --- zlib (RFC 1950 and 1951)

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function adler32(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

/** Compressed by the browser; where it can't, packed as it is. */
async function deflate(bytes) {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return store(bytes);
  }
}

function store(bytes) {
  const packed = [0x78, 0x01];
  for (let at = 0; at === 0 || at < bytes.length; at += 65535) {
    const block = bytes.subarray(at, at + 65535);
    const [low, high] = [block.length & 255, block.length >> 8];
    packed.push(at + 65535 >= bytes.length ? 1 : 0, low, high, low ^ 255, high ^ 255);
    for (const byte of block) packed.push(byte);
  }
  const sum = adler32(bytes);
  packed.push(...[24, 16, 8, 0].map((shift) => (sum >>> shift) & 255));
  return Uint8Array.from(packed);
}

const range = (count, value) => Array.from({ length: count }, (_, i) => value(i));
const LENGTH_BITS = range(29, (i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
const DISTANCE_BITS = range(30, (i) => (i < 4 ? 0 : (i >> 1) - 1));
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]; // of the lengths of code lengths

/** Where each symbol's lengths or distances begin. */
function bases(first, bits) {
  let base = first;
  return bits.map((count) => { base += 2 ** count; return base - 2 ** count; });
}

const LENGTHS = bases(3, LENGTH_BITS);
LENGTHS[28] = 258;
const DISTANCES = bases(1, DISTANCE_BITS);

/** What zlib has compressed, at most so many bytes. Throws SaveError. The way of Mark Adler's puff.c. */
function inflate(packed, most) {
  const damaged = () => new SaveError("damaged: no whole save is in this code");
  const out = [];
  let at = 2; // after the header
  let held = 0;
  let count = 0;

  function bits(need) {
    let value = 0;
    for (let bit = 0; bit < need; bit++) {
      if (!count) {
        if (at >= packed.length) throw damaged();
        held = packed[at++];
        count = 8;
      }
      value |= (held & 1) << bit;
      held >>= 1;
      count--;
    }
    return value;
  }

  function tree(lengths) {
    const counts = range(16, (n) => (n ? lengths.filter((length) => length === n).length : 0));
    const symbols = range(15, (n) => lengths.flatMap((length, symbol) => (length === n + 1 ? [symbol] : []))).flat();
    return () => {
      let [code, first, index] = [0, 0, 0];
      for (let length = 1; length < 16; length++) {
        code |= bits(1);
        if (code - counts[length] < first) return symbols[index + code - first];
        index += counts[length];
        first = (first + counts[length]) << 1;
        code <<= 1;
      }
      throw damaged();
    };
  }

  function trees() {
    const [literals, distances, sizes] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const sized = new Array(19).fill(0);
    for (let i = 0; i < sizes; i++) sized[ORDER[i]] = bits(3);
    const next = tree(sized);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const symbol = next();
      if (symbol < 16) lengths.push(symbol);
      else {
        if (symbol === 16 && !lengths.length) throw damaged();
        const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
        const times = symbol === 16 ? 3 + bits(2) : symbol === 17 ? 3 + bits(3) : 11 + bits(7);
        for (let i = 0; i < times; i++) lengths.push(value);
      }
    }
    return [tree(lengths.slice(0, literals)), tree(lengths.slice(literals, literals + distances))];
  }

  function put(byte) {
    if (out.length >= most) throw new SaveError(`the code holds more than ${most / 2 ** 20} MiB: no save of this game`);
    out.push(byte);
  }

  if ((packed[0] & 15) !== 8 || (packed[0] * 256 + packed[1]) % 31 || packed[1] & 32) throw damaged();
  for (let last = 0; !last;) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      count = 0;
      const [length, inverse] = [bits(16), bits(16)];
      if (length !== (inverse ^ 0xffff)) throw damaged();
      for (let i = 0; i < length; i++) put(bits(8));
      continue;
    }
    if (kind === 3) throw damaged();
    const fixed = () => [
      tree(range(288, (i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))), tree(range(30, () => 5)),
    ];
    const [literal, distance] = kind === 1 ? fixed() : trees();
    for (let symbol = literal(); symbol !== 256; symbol = literal()) {
      if (symbol < 256) {
        put(symbol);
        continue;
      }
      if (symbol > 285) throw damaged();
      const length = LENGTHS[symbol - 257] + bits(LENGTH_BITS[symbol - 257]);
      const back = distance();
      if (!(back < 30)) throw damaged();
      const from = out.length - DISTANCES[back] - bits(DISTANCE_BITS[back]);
      if (from < 0) throw damaged();
      for (let i = 0; i < length; i++) put(out[from + i]);
    }
  }
  const sum = adler32(out);
  if (at + 4 !== packed.length) throw damaged();
  if ([24, 16, 8, 0].some((shift, i) => packed[at + i] !== ((sum >>> shift) & 255))) throw damaged();
  return Uint8Array.from(out);
}

// --- a save played again

/** The play in a save, and notes of what was found how because the story has changed. Throws SaveError. */
function restore(story, save) {
  const title = cleanAnswer(save.title || save.story);
  if (save.story !== story.id) throw new SaveError(`a save of another story, "${title}"`);
  const same = save.digest === story.digest;
  const notes = [];
  const session = beginAgain(story, save, notes, same);
  for (let index = 0; index < save.steps.length; index++) {
    const saved = save.steps[index];
    let id = session.offered.includes(saved.id) ? saved.id : "";
    if (!id) {
      const number = index + 1;
      const named = `step ${number}, "${saved.id.slice(0, 60)}"`;
      if (same) throw new SaveError(`changed by hand: ${named}, is not offered there`);
      const [found, how] = standIn(session, saved);
      if (!found) {
        const left = save.steps.slice(index);
        const count = `${left.length} of ${save.steps.length}`;
        notes.push(`The story has changed: ${count} steps no longer fit and are kept aside.`);
        return { play: new Play(session, save, left), notes };
      }
      notes.push(`The story has changed: step ${number} was found by its ${how}.`);
      id = found;
    }
    session.choose(id, saved.hands ?? null);
  }
  return { play: new Play(session, save), notes };
}

function beginAgain(story, save, notes, same) {
  const answers = {};
  for (const [name, value] of Object.entries(save.answers)) {
    try {
      new Session(story, { [name]: value });
      answers[name] = value;
    } catch (error) {
      if (!(error instanceof PlayError)) throw error;
      if (same) throw new SaveError(`changed by hand: the answer "${name.slice(0, 60)}" can't be given`);
      notes.push(`The story has changed: the answer "${name.slice(0, 60)}" no longer fits.`);
    }
  }
  try {
    return new Session(story, answers, save.from);
  } catch (error) {
    if (!(error instanceof PlayError)) throw error;
    throw new SaveError(`begins where this story can't: ${error.message}`);
  }
}

/** For a step whose id is gone: the choice with its label, else at its position, in the scene the id names. */
function standIn(session, { id, label = "", position = 0 }) {
  const [scene, ...rest] = id.split("/");
  if (scene !== session.place || session.story.choices.has(id) || rest.join("/") === "continue") return ["", ""];
  const offered = session.page.options.filter((option) => option.number);
  const named = offered.find((option) => plain(option.label) === label);
  if (named) return [named.id, "label"];
  return position >= 1 && position <= offered.length ? [offered[position - 1].id, "position"] : ["", ""];
}
