/**
 * Makes the pictures of docs/how-to/see-batches.md and docs/how-to/speed.md: `npm run screenshots`, or only some of them:
 * `npm run screenshots -- time-network`.
 *
 * Each is of the inspector's page over a loader that runs. Below a picture of a timeline, what `explain()` said in that
 * run is written into the page of the documentation.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createRandom, DataLoader } from "epochal";
import { inspect } from "epochal/inspect";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { launchChromium } from "../../test/browser/engines/chromium.ts";
import { draw, drawFiles } from "./draw.ts";
import { type Scene, scenes } from "./scenes.ts";

const docs = new URL("../../docs/", import.meta.url);
const explained = new URL("why-does-it-wait.md", docs);

/** Milliseconds that the server takes to answer. */
const latency = 400;

/** Pixels of the picture for one of the page. */
const scale = 4 / 3;

/** Milliseconds until a page that was opened has stopped costing time. */
const settling = 1200;

/** Bytes of a picture. */
const room = 60_000;

/** Pixels around what is cut out. */
const margin = 8;

/** Runs of a scene, at most: where other programs have the cores, that is the limit. */
const tries = 4;

/** A picture, and what the loader said as it was taken. */
interface Taken {
  readonly picture: Buffer;
  readonly sentence: string;
  readonly limit: string;
}

const folder = await mkdtemp(join(tmpdir(), "epochal-screenshots-"));
const files = await drawFiles(folder);
const small = await draw("house", createRandom(1), 0.16);
const large = join(folder, "large.jpg");
await writeFile(large, await draw("house", createRandom(1), 15));
const server = createServer((_, response) => void pause(latency).then(() => response.end(small)));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const remote = `http://127.0.0.1:${(server.address() as AddressInfo).port}/small.jpg`;
const browser = await launchChromium();
try {
  const wanted = process.argv.slice(2);
  for (const scene of scenes)
    if (wanted.length === 0 || wanted.includes(scene.name)) await take(scene, browser);
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
}

/** Takes the picture of a scene. */
async function take(scene: Scene, browser: Browser): Promise<void> {
  const { name, limit } = scene;
  for (let left = tries; left > 0; left--) {
    const { picture, sentence, limit: found } = await run(scene, browser);
    if (limit !== undefined && found !== limit) {
      console.error(`${name}: not ${limit}, but: ${sentence}`);
      continue;
    }
    const file = await compressed(picture, scene);
    await writeFile(new URL(`pictures/${name}.webp`, docs), file);
    console.log(`${name}: ${Math.ceil(file.length / 1000)} kB. ${sentence}`);
    if (limit !== undefined) await writeSentence(name, sentence);
    return;
  }
  throw new Error(`${name}: the limit was another one ${tries} times. Is the machine busy?`);
}

/** Runs a loader with its page, and takes a picture of it. */
async function run(scene: Scene, browser: Browser): Promise<Taken> {
  const { sequence, classes, consume, after } = scene;
  await using loader = new DataLoader(sequence({ files, remote, large }), { workers: 2 });
  await using inspected = await inspect(loader, classes ? { classes } : {});
  let taken: Promise<Taken> | undefined;
  let end: number | undefined;
  for await (const _ of loader.epochs(Number.MAX_SAFE_INTEGER)) {
    end ??= performance.now() + after * 1000;
    await pause(consume);
    if (performance.now() < end) continue;
    taken ??= look(loader, inspected.url, scene, browser);
    if (await Promise.race([taken.then(() => true), pause(0, false)])) break;
  }
  return await taken!;
}

/** Opens the page over a loader, and takes its picture. It is opened late, as a browser at work takes a core. */
async function look(
  loader: DataLoader<unknown>,
  url: string,
  { index, parts, width }: Scene,
  browser: Browser,
): Promise<Taken> {
  const context = await browser.newContext({
    viewport: { width, height: 1000 },
    deviceScaleFactor: width < 1000 ? scale : 1,
    colorScheme: "light",
  });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator("#timeline").waitFor();
    await showBatch(page, index);
    await pause(settling);
    const [sentence, limit] = [loader.explain(), loader.stats().limit];
    return { picture: await cutOut(page, parts), sentence, limit };
  } finally {
    await context.close();
  }
}

/** Has the page show a batch, and stay with it. */
async function showBatch(page: Page, index: number | undefined): Promise<void> {
  if (index === undefined) return;
  // At once, as the field is written anew with every batch that comes.
  await page.getByLabel("Index", { exact: true }).evaluate((field, value) => {
    Object.assign(field, { value });
    field.dispatchEvent(new Event("change"));
  }, String(index));
  await page.locator("#batch-title", { hasText: `index ${index},` }).waitFor();
}

/** Timelines, which have few colours, as they are, batches of pictures as well as there is room for. */
async function compressed(picture: Buffer, { index }: Scene): Promise<Buffer> {
  if (index !== undefined) {
    for (let quality = 80; ; quality -= 10) {
      const file = await sharp(picture).webp({ quality, effort: 6 }).toBuffer();
      if (file.length <= room || quality <= 40) return file;
    }
  }
  const drawn = await sharp(picture).png({ palette: true, colours: 32, dither: 0 }).toBuffer();
  return sharp(drawn).webp({ lossless: true, effort: 6 }).toBuffer();
}

/** A picture of a part of the page. */
async function cutOut(page: Page, parts: readonly string[]): Promise<Buffer> {
  const boxes = await Promise.all(parts.map((part) => page.locator(part).boundingBox()));
  const all = boxes.map((box, i) => {
    if (box === null) throw new Error(`The page has no ${parts[i]}.`);
    return box;
  });
  const left = Math.min(...all.map(({ x }) => x)) - margin;
  const top = Math.max(0, Math.min(...all.map(({ y }) => y)) - margin);
  const right = Math.max(...all.map(({ x, width }) => x + width)) + margin;
  const bottom = Math.max(...all.map(({ y, height }) => y + height)) + margin;
  const clip = { x: left, y: top, width: right - left, height: bottom - top };
  return page.screenshot({ clip, fullPage: true });
}

/** Puts what `explain()` said below the picture of that run. */
async function writeSentence(name: string, sentence: string): Promise<void> {
  const text = await readFile(explained, "utf8");
  const place = new RegExp(`(\\(pictures/${name}\\.webp\\)\\n\\n> ).*`);
  if (!place.test(text))
    throw new Error(`docs/how-to/speed.md has no picture ${name} with a sentence below.`);
  await writeFile(
    explained,
    text.replace(place, (_, before: string) => before + sentence),
  );
}
