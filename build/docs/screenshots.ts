/**
 * The pictures of the README: runs the demonstration in a folder of its own, opens the dashboard in a Chromium found on PATH
 * and writes build/docs/images/*.png.
 *
 * Usage: node build/docs/screenshots.ts [folder of a school that is running]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Browser, chromium } from "playwright-core";
import { wasInterrupted } from "../local/demo/interrupted.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(import.meta.dirname, "images");
const DESK = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };
/** The demonstration takes three minutes, on a busy machine more. */
const PATIENCE_MS = 15 * 60_000;
/** Looks in a row, a quarter of a second apart, that find nothing loading. */
const CALM_LOOKS = 8;
const MOST_BYTES = 150_000;
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

interface Place {
  readonly url: string;
  readonly tokens: { readonly reviewer: string; readonly operator: string };
}
interface Picture {
  readonly name: string;
  readonly address: string;
  readonly size: typeof DESK;
}

async function main(running: string | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (running !== undefined) return photograph(await placeOf(running));
  const data = await mkdtemp(path.join(tmpdir(), "school-pictures-"));
  const options = ["--demo", "--stay", "--data", data, "--port", "0"];
  await finished(spawn(process.execPath, ["build/bundle.ts", "--quiet"], { cwd: root, stdio: "inherit" }));
  const school = spawn(process.execPath, ["build/local/start.ts", ...options], { cwd: root, stdio: "inherit" });
  const ended = once(school, "close");
  try {
    await demonstrated(data, () => school.exitCode !== null);
    await photograph(await placeOf(data));
  } finally {
    school.kill("SIGINT");
    await ended;
    await rm(data, { recursive: true, force: true });
  }
}

async function finished(program: ChildProcess): Promise<void> {
  const [code] = (await once(program, "close")) as [number | null];
  if (code !== 0) throw new Error(`${program.spawnargs.join(" ")} ended with ${code ?? "a signal"}`);
}

/** Waits for the demonstration to begin and to end. Throws when the school ended before it. */
async function demonstrated(data: string, gone: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (let begun = false; ; await wait(500)) {
    const goesOn = await wasInterrupted(data, undefined);
    if (begun && !goesOn) return;
    begun ||= goesOn;
    if (gone()) throw new Error("the demonstration ended before its pictures were taken");
    if (performance.now() > until) throw new Error("the demonstration does not come to an end");
  }
}

async function placeOf(data: string): Promise<Place> {
  return JSON.parse(await readFile(path.join(data, "school.json"), "utf8")) as Place;
}

async function photograph(place: Place): Promise<void> {
  const browser = await chromium.launch({ executablePath: browserOnPath(), args: rootArguments() });
  try {
    for (const picture of await pictures(place)) await take(browser, place, picture);
  } finally {
    await browser.close();
  }
}

async function pictures({ url, tokens }: Place): Promise<readonly Picture[]> {
  const answer = await fetch(`${url}/api/improvements?status=verified,failed&limit=1`, {
    headers: { authorization: `Bearer ${tokens.reviewer}` },
  });
  const { improvements } = (await answer.json()) as { improvements: readonly { readonly id: string }[] };
  const one = improvements[0];
  return [
    { name: "pipeline", address: "/", size: DESK },
    { name: "improvements", address: "/improvements", size: DESK },
    { name: "review", address: "/review", size: DESK },
    ...(one === undefined ? [] : [{ name: "improvement", address: `/improvements/${one.id}`, size: DESK }]),
    { name: "settings", address: "/settings", size: DESK },
    { name: "phone", address: "/", size: PHONE },
  ];
}

async function take(browser: Browser, { url, tokens }: Place, { name, address, size }: Picture): Promise<void> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: "light",
    reducedMotion: "reduce",
    ...(size === PHONE ? { isMobile: true, hasTouch: true } : {}),
  });
  try {
    const page = await context.newPage();
    await page.goto(`${url}${address}#token=${tokens.operator}`);
    await page.locator("main h1").first().waitFor();
    // One part loads what the next one needs, and charts are drawn last.
    for (let calm = 0; calm < CALM_LOOKS; calm += 1) {
      await wait(250);
      if ((await page.getByText(/^Loading/).count()) > 0) calm = 0;
    }
    const file = path.join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    const { size: bytes } = await stat(file);
    if (bytes > MOST_BYTES) throw new Error(`${file} has ${bytes} bytes; ${MOST_BYTES} are allowed`);
    console.log(`${path.relative(root, file)}  ${Math.round(bytes / 1_024)} KB`);
  } finally {
    await context.close();
  }
}

function browserOnPath(): string {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((one) => one !== "");
  const found = BROWSERS.flatMap((name) => folders.map((one) => path.join(one, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      // Not there, or not for us: the search goes on.
      return false;
    }
  });
  if (found === undefined) throw new Error(`pictures need a browser: none of ${BROWSERS.join(", ")} is on PATH`);
  return found;
}

/** Chromium refuses to run its sandbox as root, which is what containers are. */
function rootArguments(): string[] {
  return process.getuid?.() === 0 ? ["--no-sandbox"] : [];
}

await main(process.argv[2]);
