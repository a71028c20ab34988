// A browser to be told what to do, a line of JSON at a time: [command, arguments ...]; answers {"is": ...} or {"error": ...}.

const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const log = { requests: [], errors: [] };
let [browser, page] = [null, null];

const commands = {
  /** A new page that has kept nothing. `blocked`: asking for what the browser keeps throws; `bare`: it can't compress. */
  async page({ blocked, bare, ...options }) {
    browser = browser ?? await chromium.launch({ executablePath: process.argv[2] });
    if (page) await page.context().close();
    const context = await browser.newContext({ acceptDownloads: true, ...options });
    if (blocked) {
      await context.addInitScript(() => Object.defineProperty(window, "localStorage", {
        get() { throw new DOMException("blocked", "SecurityError"); },
      }));
    }
    if (bare) await context.addInitScript(() => { delete window.CompressionStream; delete window.DecompressionStream; });
    await context.addInitScript(() => {
      window.policy = [];
      document.addEventListener("securitypolicyviolation", (event) => window.policy.push(event.violatedDirective));
    });
    page = await context.newPage();
    page.setDefaultTimeout(20000);
    for (const list of Object.values(log)) list.length = 0;
    page.on("request", (request) => log.requests.push(request.url()));
    page.on("console", (message) => { if (message.type() === "error") log.errors.push(message.text()); });
    page.on("pageerror", (error) => log.errors.push(String(error)));
    page.on("dialog", (dialog) => { log.errors.push(`dialog: ${dialog.message()}`); dialog.accept(); });
  },
  open: async (path) => void await page.goto(pathToFileURL(path).href),
  reload: async () => void await page.reload(),
  press: (key) => page.keyboard.press(key),
  type: (text) => page.keyboard.type(text),
  click: (selector) => page.click(selector),
  fill: (selector, text) => page.fill(selector, text),
  files: (selector, path) => page.setInputFiles(selector, path),
  wait: async (script) => void await page.waitForFunction(script),
  evaluate: (script) => page.evaluate(script),
  shot: async (path) => void await page.screenshot({ path }),
  pdf: async (path) => void await page.pdf({ path }),
  log: () => log,
  async download(selector, path) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
    await download.saveAs(path);
    return download.suggestedFilename();
  },
  /** What axe-core finds, with all of its rules. */
  async axe() {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run());
    return violations.map(({ id, nodes }) => [id, nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`)]);
  },
};

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...given] = JSON.parse(line);
    let answer;
    try {
      answer = { is: (await commands[command](...given)) ?? null };
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  if (browser) await browser.close();
})();
