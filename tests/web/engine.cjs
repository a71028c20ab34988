// The engine of web editions, without a browser: plays what it is told and prints what is shown.
// In, as JSON: [{html, plays: [{answers, start, summarise, steps}], saves: [text]}]. Out, of a play: the digest of every
// page and of the page after one step is taken back; with {dump: true} in the play, the pages themselves. Of a save or
// code: what it is saved as again, with its notes and codes, compressed and not; or why it is refused.

const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const vm = require("node:vm");

function load(path) {
  const html = readFileSync(path, "utf8");
  const program = /<script>([\s\S]*)<\/script>/.exec(html)[1];
  const data = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(html)[1];
  const names = ["Session", "readStory", "decisions", "decodeSave", "encodeCode", "restore", "SaveError"];
  const around = { TextDecoder, TextEncoder, atob, btoa, Blob, Response, CompressionStream, URL, console };
  const found = vm.runInNewContext(`${program}\n;({${names}})`, around);
  return { ...found, story: found.readStory(JSON.parse(data)), around };
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

const digest = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);

function play({ Session, decisions, story }, { answers, start, summarise, steps, dump }) {
  const session = new Session(story, answers, start);
  session.summarise = summarise;
  const pages = [];
  const shown = () => {
    const { page } = session;
    const text = canonical({ ...page, offered: session.offered, decisions: page.ending ? decisions(session) : [] });
    pages.push(dump ? text : digest(text));
  };
  shown();
  for (const step of steps) {
    session.choose(step);
    shown();
  }
  if (session.undo()) shown();
  return pages;
}

async function open({ decisions, decodeSave, restore, encodeCode, SaveError, story, around }, text) {
  try {
    const { play: opened, notes } = restore(story, decodeSave(new TextEncoder().encode(text)));
    const save = opened.save();
    const code = await encodeCode(save, story);
    delete around.CompressionStream;
    const stored = await encodeCode(save, story);
    around.CompressionStream = CompressionStream;
    return { save, notes, code, stored, votes: decisions(opened.session).map(({ vote }) => vote) };
  } catch (error) {
    if (error instanceof SaveError) return { error: error.message };
    throw error;
  }
}

(async () => {
  const shown = [];
  for (const { html, plays = [], saves = [] } of JSON.parse(readFileSync(0, "utf8"))) {
    const loaded = load(html);
    const opened = [];
    for (const text of saves) opened.push(await open(loaded, text));
    shown.push([...plays.map((given) => play(loaded, given)), ...opened]);
  }
  process.stdout.write(JSON.stringify(shown));
})();
