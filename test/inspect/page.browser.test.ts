/**
 * The inspector's page in Chromium: every fault in data and in time that it is there to show is shown by the element that
 * is to show it. One page hears of one loader after another, down one stream; a picture of each is kept in the folder that
 * `EPOCHAL_SCREENSHOTS` names.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { DataLoader, fromArrays, tensor } from "epochal";
import { inspect, recordReport } from "epochal/inspect";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchLook, ClassCounts, Message } from "../../src/inspect/protocol.ts";
import { chromium, launchChromium } from "../browser/engines/chromium.ts";
import {
  bars,
  batchOf,
  classes,
  hello,
  look,
  mark,
  mean,
  now,
  open,
  pictures,
  std,
  update,
} from "./scenes.ts";

const built = new URL("../../dist/inspect/page/", import.meta.url);
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "/": ["page.html", "text/html"],
  "/page.js": ["page.js", "text/javascript"],
  "/page.css": ["page.css", "text/css"],
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const screenshots = process.env.EPOCHAL_SCREENSHOTS;

it("the page takes 45 kB at most as it is sent", () => {
  const sizes = Object.values(files).map(([name]) => gzipSync(readFileSync(new URL(name, built))).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(45_000);
});

describe.skipIf(chromium.missing && !process.env.CI)("the page", () => {
  let browser: Browser;
  let page: Page;
  let server: Server;
  let stream: ServerResponse;
  const asked: string[] = [];
  const problems: string[] = [];
  /** What is sent for `/batch` and `/sample`. */
  let answers: Readonly<Record<string, unknown>> = {};
  /** What answers wait for. */
  let held: Promise<void> | undefined;
  let pixels: Float32Array;
  let labels: readonly number[];

  beforeAll(async () => {
    if (chromium.missing) throw new Error(chromium.missing);
    ({ pixels, labels } = await pictures(20));
    server = createServer((request, response) => {
      const path = request.url!.split("?")[0]!;
      const file = files[path];
      response.setHeader("content-security-policy", policy);
      if (file) response.setHeader("content-type", file[1]).end(readFileSync(new URL(file[0], built)));
      else if (request.headers.authorization !== "Bearer word") response.writeHead(401).end();
      else if (path === "/stream") {
        stream = response.writeHead(200, { "content-type": "application/x-ndjson" });
        stream.flushHeaders();
      } else {
        asked.push(request.url!);
        const answer = answers[path];
        void Promise.resolve(held).then(() =>
          response.writeHead(answer ? 200 : 404).end(answer ? JSON.stringify(answer) : "There is none."),
        );
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on(
      "console",
      (message) => message.type() === "error" && !/404/.test(message.text()) && problems.push(message.text()),
    );
    const asks = new Promise<void>((resolve) => {
      server.on("request", ({ url }) => url === "/stream" && resolve());
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/#word`);
    await asks;
    if (screenshots) mkdirSync(screenshots, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  /** Tells the page of another loader, whose number is in all that it tells, and waits until the page shows all of that. */
  let told = 0;
  const tell = async (...messages: readonly Message[]): Promise<void> => {
    told++;
    const numbered = messages.map((message): Message => {
      if (message.type === "hello") return { ...message, name: `Photos${told}` };
      if (message.type === "batch") return { ...message, index: told };
      const { epoch, report } = message;
      const of = <E extends object>(one: E | undefined) => one && { ...one, epoch: told };
      return { ...message, epoch: of(epoch), report: { ...report, last: of(report.last) } };
    });
    stream.write(numbered.map((message) => `${JSON.stringify(message)}\n`).join(""));
    const shown = { hello: `Photos${told} `, update: `batches of epoch ${told}`, batch: `index ${told},` };
    const places = { hello: "#sentence .who", update: "#numbers", batch: "#batch-title" };
    for (const { type } of messages) await page.locator(places[type], { hasText: shown[type] }).waitFor();
  };
  const see = async (name: string): Promise<void> => {
    if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  };
  const text = (selector: string): Promise<string> => page.locator(selector).first().innerText();
  /** Brightness of the middle of a picture, as red, green and blue. */
  const middle = (i: number): Promise<number[]> =>
    page
      .locator("#batch .grid canvas")
      .nth(i)
      .evaluate((canvas) => {
        const { width, height, getContext } = canvas as unknown as HTMLCanvasLike;
        const context = getContext.call(canvas, "2d");
        return [...context.getImageData(width / 2, height / 2, 1, 1).data].slice(0, 3);
      });

  /** A scene of a batch of pictures. */
  const batch = (
    change: (value: number, channel: number) => number,
    of: readonly number[] = labels,
  ): BatchLook => look(batchOf(pixels, of, change));
  const unit = (value: number): number => value / 255;
  const soFar = (counts: readonly number[], batchesOfOneClass = 0): ClassCounts => ({
    path: "[1]",
    soFar: counts,
    batches: 250,
    batchesOfOneClass,
  });
  const even = classes.map(() => 500);

  it("fills with the first batch", async () => {
    expect(await text("#link")).toBe("Connecting …");
    await tell(hello());
    expect(await text("#sentence")).toContain("Nothing yet");
  });

  it("shows a sound batch as it is, and nothing wrong", async () => {
    await tell(
      hello(),
      update({
        spans: bars({ fetch: 40, idle: 200, decode: 0.7, read: 0.1, wait: 2, consume: 120 }),
        classes: soFar(even),
      }),
      batch(unit),
    );
    expect(await text("#sentence [role=status]")).toContain("Nothing is wrong");
    expect(await text("#batch .mapping")).toContain("float32 from 0 to 1, drawn as: 0 to 1 as they are.");
    expect(await text("#batch .grid figcaption")).toBe("0 airplane");
    expect(await page.locator("#hints").count()).toBe(0);
    expect(await page.locator(".wrong:visible").count()).toBe(0);
    const at = (3072 * 3 + (16 * 32 + 16) * 3) | 0;
    expect(await middle(3)).toEqual([...pixels.subarray(at, at + 3)]);
    await see("sound");
  });

  it("shows red and blue swapped, which no number shows, as it is until they are swapped back", async () => {
    const at = 3072 * 3 + (16 * 32 + 16) * 3;
    const [red, green, blue] = pixels.subarray(at, at + 3);
    const turned = pixels.slice();
    for (let i = 0; i < turned.length; i += 3) turned.subarray(i, i + 3).reverse();
    await tell(hello(), update(), look(batchOf(turned, labels, unit)));
    expect(await middle(3)).toEqual([blue, green, red]);
    expect(await page.locator("#hints").count()).toBe(0);
    await see("red-and-blue-swapped");
    await page.getByLabel("swap red and blue").check();
    expect(await middle(3)).toEqual([red, green, blue]);
    await page.getByLabel("swap red and blue").uncheck();
  });

  it("shows labels shifted by one below the pictures", async () => {
    await tell(
      hello(),
      update(),
      batch(
        unit,
        labels.map((label) => (label + 1) % 10),
      ),
    );
    expect(await text("#batch .grid figcaption")).toBe("1 automobile");
    await see("labels-shifted");
  });

  it("shows values that were normalised twice", async () => {
    const off = (value: number, channel: number): number => (value - mean[channel]!) / std[channel]!;
    const twice = batch((value, channel) => off(off(value / 255, channel), channel));
    await tell(hello({ mean, std }), update(), twice);
    expect(await text("#hints .strange")).toContain("taken off twice");
    expect(await text("#batch .mapping")).toMatch(
      /mean and std undone\. \d+ % of the values drawn lie outside/,
    );
    await see("normalised-twice");
    await tell(hello(), update(), twice);
    expect(await text("#hints .strange")).toMatch(
      /\[0\]: values from −\d\S* to \d\S* are none of 0 to 255.*taken off twice/,
    );
    // Once is as it should be.
    await tell(
      hello({ mean, std }),
      update(),
      batch((value, channel) => off(value / 255, channel)),
    );
    expect(await page.locator("#hints").count()).toBe(0);
    expect(await text("#batch .mapping")).not.toContain("outside");
  });

  it("shows values that were divided by 255 twice, black as they are", async () => {
    await tell(
      hello(),
      update(),
      batch((value) => value / 255 / 255),
    );
    expect(await text("#hints .strange")).toContain("divided by 255 twice?");
    expect(await text("#histogram p.wrong")).toContain("All values lie in 0 to 0.003922: < 1 % of the axis.");
    expect(Math.max(...(await middle(3)))).toBeLessThanOrEqual(1);
    await see("divided-twice");
    await page.getByLabel("show values").selectOption("stretched");
    expect(Math.max(...(await middle(3)))).toBeGreaterThan(30);
    await page.getByLabel("show values").selectOption("unit");
  });

  it("shows values that were not divided", async () => {
    await tell(
      hello(),
      update(),
      batch((value) => value),
    );
    expect(await text("#hints .strange")).toContain("not divided by 255");
    await see("not-divided");
  });

  it("shows batches of one class", async () => {
    const of = await pictures(20, () => 9);
    await tell(hello(), update({ classes: soFar(even, 250) }), look(batchOf(of.pixels, of.labels, unit)));
    expect(await text("#one-class.wrong")).toBe("Batches of one class: 250 of 250 counted");
    expect(await text("#hints .wrong")).toContain("all 20 samples of this batch are of one class, 9 truck");
    await see("one-class");
  });

  it("shows NaN and infinities in red, with the word", async () => {
    const broken = batch((value) =>
      value === 200 ? Number.NaN : value === 201 ? Number.POSITIVE_INFINITY : value / 255,
    );
    await tell(hello(), update(), broken);
    expect(await text("#leaves tr.wrong")).toMatch(/^\d+ NaN, \d+ infinite of 61,440 values$/);
    expect(await text("#hints .wrong")).toContain("NaN, which makes the loss NaN");
    expect(await text("#batch .mapping .wrong")).toContain("drawn in magenta");
    await see("nan");
  });

  it("shows constant labels, and a class that most samples are of", async () => {
    await tell(
      hello(),
      update({ classes: soFar([0, 0, 0, 5000], 250) }),
      batch(
        unit,
        labels.map(() => 3),
      ),
    );
    expect(await text("#hints")).toContain("no class so far but 3 cat, in 250 batches");
    await see("constant-labels");
    await tell(hello(), update({ classes: soFar([3500, ...classes.slice(1).map(() => 167)]) }), batch(unit));
    const bar = (row: number): Promise<number> =>
      page
        .locator(`#classes tbody tr:nth-child(${row}) .so-far`)
        .evaluate((element) => (element as { clientWidth?: number }).clientWidth ?? 0);
    expect(await bar(1)).toBeGreaterThan(15 * (await bar(2)));
    await see("imbalance");
  });

  it("searches many classes, the most frequent first", async () => {
    const names = Array.from({ length: 100 }, (_, i) => `kind ${i}`);
    const counts = names.map((_, i) => (i * 37) % 101);
    await tell(hello({ classes: names }), update({ classes: soFar(counts) }), batch(unit));
    expect(await page.locator("#classes tbody tr").count()).toBe(24);
    expect(await text("#classes tbody th")).toBe("30 kind 30");
    await page.getByLabel("search").fill("kind 7");
    expect(await page.locator("#classes tbody tr").count()).toBe(11);
  });

  it("draws masks and boxes over pictures, and shows text, series, sound and vectors as what they are", async () => {
    const n = 4;
    const masks = new Uint8Array(n * 1024).map((_, i) => (i % 32 < 8 ? 1 : 0));
    const boxes = new Float32Array(n * 4).map((_, i) => [16, 8, 30, 24][i % 4]!);
    const wave = new Float32Array(n * 8000).map((_, i) => 0.8 * Math.sin(i / 40) * Math.sin(i / 2500));
    await tell(
      hello(),
      update(),
      look({
        image: tensor(pixels.subarray(0, n * 3072).map(unit), { shape: [n, 32, 32, 3] }),
        mask: tensor(masks, { shape: [n, 32, 32] }),
        boxes: tensor(boxes, { shape: [n, 1, 4] }),
        caption: ["a plane", "a car", "a bird", "a cat on a mat"],
        sound: tensor(wave, { shape: [n, 8000] }),
        pressure: tensor(
          new Float32Array(n * 300).map((_, i) => Math.cos(i / 9)),
          { shape: [n, 100, 3] },
        ),
        features: tensor(
          new Float32Array(n * 9).map((_, i) => i % 9),
          { shape: [n, 9] },
        ),
        label: tensor([0, 1, 2, 3], "int32"),
      }),
    );
    expect(await text("#batch .grid figcaption")).toBe("0 airplane, a plane");
    expect(await page.locator("#batch .samples.text li").allInnerTexts()).toContainEqual(
      expect.stringContaining("a cat on a mat"),
    );
    expect(await text("#batch .samples.audio figcaption")).toMatch(/^8,000 samples, −0\.\d+ to 0\.\d+/);
    expect(await text("#batch .samples.series figcaption")).toMatch(
      /^100 steps of 3 channels, −\S+ to \S+ in 255 of the values$/,
    );
    expect(await page.locator("#batch .samples.vector li p").first().innerText()).toMatch(/^0\s+1\s+2.*8$/);
    /** The colour of the first picture at a place of its 32 rows and columns. */
    const at = (x: number, y: number): Promise<number[]> =>
      page
        .locator("#batch .grid canvas")
        .first()
        .evaluate(
          (canvas, [x, y]) => {
            const { width, height, getContext } = canvas as unknown as HTMLCanvasLike;
            const context = getContext.call(canvas, "2d");
            return [...context.getImageData((x! * width) / 32, (y! * height) / 32, 1, 1).data].slice(0, 3);
          },
          [x, y],
        );
    const of = (x: number, y: number): number[] => [...pixels.subarray((y * 32 + x) * 3).subarray(0, 3)];
    await see("masks-and-boxes");
    // Under the mask the picture is tinted, and the box has an edge; without them, it has neither.
    expect(await at(1, 1)).not.toEqual(of(1, 1));
    expect(await at(16, 16)).not.toEqual(of(16, 16));
    expect(await at(20, 16)).toEqual(of(20, 16));
    await page.getByLabel("masks (0 is clear)").uncheck();
    expect(await at(1, 1)).toEqual(of(1, 1));
    await page.getByLabel("boxes", { exact: true }).uncheck();
    expect(await at(16, 16)).toEqual(of(16, 16));
    await page.getByLabel("boxes", { exact: true }).check();
    await page.getByLabel("masks (0 is clear)").check();
  });

  it("shows sound as loud as it can be, and says of what is not finite that it is not", async () => {
    const wave = new Int16Array(2 * 8000).map((_, i) => (i % 2 ? 16_384 : -16_384));
    await tell(
      hello(),
      update(),
      look({
        sound: tensor(wave, { shape: [2, 8000] }),
        series: tensor(new Float32Array(2 * 300).fill(Number.NaN), { shape: [2, 100, 3] }),
        features: tensor([
          [1, Number.POSITIVE_INFINITY],
          [2, 0.5],
        ]),
      }),
    );
    const heights = (await page.locator("#batch .samples.audio polyline").first().getAttribute("points"))!
      .split(" ")
      .map((point) => Number(point.split(",")[1]));
    // A quarter and three quarters of the way down.
    expect([Math.min(...heights), Math.max(...heights)]).toEqual([expect.closeTo(15, 0), 41]);
    expect(await text("#batch .samples.series figcaption")).toBe(
      "100 steps of 3 channels in 255 of the values, some not finite",
    );
    expect(await text("#batch .samples.vector li")).toMatch(/^1\s+not finite/);
  });

  it("shows a batch that is one leaf, and one without anything", async () => {
    await tell(hello(), update(), look(tensor([1.5, Number.NaN])));
    expect(await text("#hints")).toContain("batch: 1 value is NaN");
    expect(await text("#leaves th[scope=row]")).toContain("batch number");
    await tell(hello(), update(), look([]));
    expect(await text("#batch-title")).toContain("1 sample");
    expect(await page.locator("#hints").count()).toBe(0);
  });

  it.each([
    [
      "network",
      { fetch: 200, waited: 0.97, wait: 60, consume: 40 },
      "waiting",
      ["In getItem", "Of it waiting"],
      /thread 1\s+32\s+9\.0 s\s+8\.7 s/,
    ],
    [
      "disk",
      { fetch: 120, waited: 0.85, read: 0.9, wait: 40, consume: 20 },
      "disk",
      ["Reading"],
      /thread 1\s+32\s+9\.0 s\s+7\.7 s\s+7\.9 s/,
    ],
    [
      "decode",
      { fetch: 120, read: 0.1, decode: 0.8, wait: 40, consume: 20 },
      "cpu",
      ["Decoding"],
      /thread 1\s+32\s+9\.0 s\s+–\s+\d+ ms\s+7\.2 s/,
    ],
    [
      "slow-items",
      { fetch: 20, idle: 30, slow: 2000, wait: 150, consume: 100 },
      "slow",
      ["In getItem"],
      /thread 1\s+32\s+8\.\d s/,
    ],
    [
      "slow-consumer",
      { fetch: 15, idle: 285, wait: 0, consume: 300 },
      "consumer",
      ["In getItem"],
      /thread 1\s+32\s+\d+ ms/,
    ],
  ] as const)("shows in time what limits: %s", async (name, shape, limit, columns, row) => {
    const sentence = `${name} is the limit: the consumer waits, and this is to be changed (now 2).`;
    const ready = name === "slow-consumer" ? 12 : 0;
    await tell(
      hello(),
      update(
        { spans: bars(shape), limit, sentence, queue: [[now - 9000, ready]] },
        shape.wait / (shape.wait + shape.consume),
      ),
    );
    expect(await text("#sentence [role=status]")).toContain(sentence);
    await page.getByText("The timeline as a table").click();
    const table = page.locator("#timeline table");
    for (const column of columns) expect(await table.innerText()).toContain(column);
    expect(await table.innerText()).toMatch(row);
    expect(await text("#timeline details")).toContain(`Batches ready: ${ready} of 12`);
    await page.getByText("The timeline as a table").click();
    await see(`time-${name}`);
  });

  it("shows a start, and what a worker that hangs holds, before anything is delivered", async () => {
    await tell(
      hello(),
      update({
        limit: "start",
        sentence: "The start is the limit: the consumer waited 2.4 s for workers that were starting.",
        open: [
          open("thread 1", "start", 2400),
          open("thread 2", "start", 2400),
          open("consumer", "wait", 2400, 0),
        ],
      }),
    );
    expect(await text("#sentence.slow .limit")).toBe("The start is the limit:");
    await page.getByText("The timeline as a table").click();
    expect(await text("#timeline table")).toMatch(/thread 2\s+31[\s–]+2\.4 s\s+starts, for 2\.4 s/);
    expect(await text("#timeline details")).toContain(
      "The consumer waited 2.4 s and worked 0 ms: 100 % waiting",
    );
    await see("time-start");
    await tell(
      hello(),
      update({
        limit: "hang",
        sentence: "One batch may never come: thread 1 has been in getItem(5) for 5.7 s.",
        spans: bars({ fetch: 40, idle: 20, wait: 20, consume: 40 }).filter(({ begin }) => begin < now - 5700),
        open: [open("thread 1", "fetch", 5700, 5), open("consumer", "wait", 5600, 5)],
        queue: [[now - 9000, 0]],
      }),
    );
    expect(await text("#sentence.bad .limit")).toBe("One batch may never come:");
    expect(await text("#numbers")).toContain("longest wait in a hundred\n5.6 s");
    await expect.poll(() => text("#timeline table")).toMatch(/thread 1.*index 5, for 5\.7 s/);
    await page.getByText("The timeline as a table").click();
    await see("time-hang");
    // What lies under the pointer is told, and goes on.
    await page.locator("#timeline .canvas canvas").hover({ position: { x: 1000, y: 32 } });
    expect(await text(".pointed")).toBe("thread 1: index 5, 5.7 s so far");
    stream.write(`${JSON.stringify(update({ open: [open("thread 1", "fetch", 9700, 5)] }))}\n`);
    await expect.poll(() => text(".pointed")).toBe("thread 1: index 5, 9.7 s so far");
    await page.locator("#sentence").hover();
    expect(await text(".pointed")).toBe("");
  });

  it("lists faults with their causes, and marks them where they happened", async () => {
    await tell(
      hello(),
      update({
        spans: bars({ fetch: 40, idle: 20, wait: 10, consume: 50 }),
        marks: [
          mark(5200, "lost", "thread 1 lost in getItem(7)"),
          mark(5100, "retry", "index 7 again"),
          mark(500, "skipped", "index 9 left out"),
        ],
        faults: [
          {
            time: now - 5200,
            kind: "lost",
            text: "thread 1 ended in getItem(7).",
            causes: ["Worker ran out of memory"],
          },
          {
            time: now - 500,
            kind: "skipped",
            text: "Batch 9 of epoch 0 was left out.",
            causes: ["photo.jpg is cut off", "ENOENT"],
          },
        ],
        report: { ...update().report, workersLost: 1, retries: 1, skipped: 1 },
      }),
      batch(unit),
    );
    expect(await page.locator("#faults li").first().innerText()).toMatch(
      /left out.*\sbecause: photo.jpg is cut off\s+because: ENOENT/s,
    );
    expect(await text("#numbers")).toContain("1, 1, 1");
    await page.getByText("The timeline as a table").click();
    expect(await text("#timeline details ul")).toContain("−5.2 s: thread 1 lost in getItem(7)");
    await page.getByText("The timeline as a table").click();
    await see("faults");
  });

  it("draws curves of training, those of validation beside them", async () => {
    const points = (from: number, to: number): [number, number][] =>
      Array.from({ length: 40 }, (_, i) => [
        i * 10,
        to + (from - to) * Math.exp(-i / 9) + 0.03 * Math.sin(i * 2),
      ]);
    await tell(
      hello(),
      update({
        curves: [
          { name: "loss", points: points(2.3, 0.4) },
          { name: "val_loss", points: points(2.2, 0.9).filter((_, i) => i % 8 === 7) },
          { name: "accuracy", points: points(0.1, 0.86) },
        ],
      }),
      batch(unit),
    );
    expect(await page.locator("#curves figure").count()).toBe(2);
    expect(await page.locator("#curves figcaption").first().innerText()).toMatch(/loss.*val_loss 0\.9/s);
    expect(await page.locator("#curves canvas").count()).toBe(2);
    /** Pixels of the first plot of a colour of the page's. */
    const drawn = (colour: string): Promise<number> =>
      page
        .locator("#curves canvas")
        .first()
        .evaluate(
          (canvas, [red, green, blue]) => {
            const { width, height, getContext } = canvas as unknown as HTMLCanvasLike;
            const { data } = getContext.call(canvas, "2d").getImageData(0, 0, width, height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4)
              if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) count++;
            return count;
          },
          colour.match(/\w\w/g)!.map((channel) => Number.parseInt(channel, 16)),
        );
    const [read, decode] = ["#3f7fd9", "#e0913a"];
    expect(await drawn(read!)).toBeGreaterThan(200);
    expect(await drawn(decode!)).toBeGreaterThan(50);
    await see("curves");
    // A loss that became NaN is said to be none, and the first value of validation is there.
    await tell(
      hello(),
      update({
        curves: [
          { name: "loss", points: [...points(2.3, 0.4), [400, null]] },
          { name: "val_loss", points: [[390, 0.9]] },
        ],
      }),
      batch(unit),
    );
    expect(await page.locator("#curves figcaption").first().innerText()).toMatch(/loss\s+not finite\s/);
    expect(await drawn(decode!)).toBeGreaterThan(3);
  });

  it("is accessible in both schemes, and fits a narrow screen", async () => {
    for (const summary of await page.locator("summary").all()) await summary.click();
    const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await page.evaluate(source);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const violations = await page.evaluate<unknown[]>(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))",
      );
      expect(violations).toEqual([]);
      await see(`accessible-${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    await see("narrow");
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it("goes to other batches by keys and by index, and holds one", async () => {
    await tell(hello(), update(), batch(unit));
    answers = {
      "/batch": look(batchOf(pixels, labels, unit), 8),
      "/sample": batch(unit).leaves[0]!.samples[2],
    };
    await page.keyboard.press("ArrowRight");
    await page.locator("#batch-title", { hasText: "index 8," }).waitFor();
    expect(asked.pop()).toBe(`/batch?epoch=0&index=${told + 1}`);
    expect(await page.getByLabel("hold").isChecked()).toBe(true);
    // Batches that are delivered do not take its place until it is let go.
    const delivered = { ...update().epoch!, delivered: 64 };
    for (const message of [look(batchOf(pixels, labels, unit), 30), update({ epoch: delivered })])
      stream.write(`${JSON.stringify(message)}\n`);
    await page.locator("#numbers", { hasText: "64 / 250" }).waitFor();
    expect(await text("#batch-title")).toContain("index 8,");
    await page.keyboard.press("h");
    await page.locator("#batch-title", { hasText: "index 30," }).waitFor();
    answers = {};
    await page.getByLabel("Index", { exact: true }).fill("77");
    stream.write(`${JSON.stringify(look(batchOf(pixels, labels, unit), 31))}\n`);
    await page.locator("#batch-title", { hasText: "index 31," }).waitFor();
    await page.getByLabel("Index", { exact: true }).press("Enter");
    await page.getByText("Batch 77 could not be had: There is none.").waitFor();
    expect(asked.pop()).toBe("/batch?epoch=0&index=77");
    // Of a loader that shares its batches with others, indices go further than its epoch is long.
    await page.getByLabel("Index", { exact: true }).fill("300");
    await page.getByLabel("Index", { exact: true }).press("Enter");
    await page.getByText("Batch 300 could not be had: There is none.").waitFor();
    expect(asked.pop()).toBe("/batch?epoch=0&index=300");
  });

  it("fetches of batches that are passed over none but the one that it stops at", async () => {
    await tell(hello(), update(), batch(unit));
    let release = (): void => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    answers = { "/batch": look(batchOf(pixels, labels, unit), 700) };
    asked.length = 0;
    await page.getByLabel("Index", { exact: true }).blur();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    await expect.poll(() => asked.length).toBe(1);
    release();
    await page.locator("#batch-title", { hasText: "index 700," }).waitFor();
    expect(asked).toEqual([told + 1, told + 5].map((index) => `/batch?epoch=0&index=${index}`));
    held = undefined;
  });

  it("shows a picture in full size, for as long as it is looked at", async () => {
    await tell(hello(), update(), batch(unit));
    await page.locator("#batch .grid button").nth(2).click();
    expect(await text("dialog .bar")).toContain(`sample 2 of index ${told},`);
    await page.keyboard.press("ArrowRight");
    expect(await text("dialog .bar")).toContain("3 cat");
    await see("full-size");
    stream.write(`${JSON.stringify(look(batchOf(pixels, labels, unit), 900))}\n`);
    await page.locator("#batch-title", { hasText: "index 900," }).waitFor({ state: "attached" });
    expect(await text("dialog .bar")).toContain(`sample 3 of index ${told},`);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  it("says when an epoch is over, and when the program has ended", async () => {
    const over = { ...update().epoch!, delivered: 250, complete: true };
    await tell(hello(), update({ epoch: undefined, report: { ...update().report, last: over } }));
    expect(await text("#link")).toContain(`Epoch ${told} is over: 250 of 250 batches.`);
    await tell(
      hello(),
      update({
        epoch: undefined,
        report: { ...update().report, last: { ...over, failed: 5, complete: false } },
      }),
      batch(unit),
    );
    expect(await text("#link")).toContain(`Epoch ${told} has failed at index 5`);
    await page.getByLabel("hold").check();
    const before = stream;
    stream.end();
    await page.getByText("Connection lost").waitFor();
    await see("lost");
    // It is the same one again: what was held is held.
    await expect.poll(() => stream, { timeout: 30_000 }).not.toBe(before);
    for (const message of [
      { ...hello(), name: `Photos${told}` },
      update(),
      look(batchOf(pixels, labels, unit), 900),
    ])
      stream.write(`${JSON.stringify(message)}\n`);
    await page.getByText("Connection lost").waitFor({ state: "hidden" });
    expect(await text("#batch-title")).toContain(`index ${told},`);
    await page.getByText("Nothing was heard for some seconds").waitFor();
    expect(problems).toEqual([]);
  });

  it("looks at a loader at work, whose report opens from disk", async () => {
    const arrays = [tensor(pixels, { shape: [20, 32, 32, 3] }), tensor(labels, "int32")] as const;
    const batches = fromArrays(arrays, {
      batchSize: 4,
    });
    const loader = new DataLoader(batches, { workers: 0 });
    const report = recordReport(loader, { classes });
    await using inspected = await inspect(loader, { classes });
    await page.goto(inspected.url);
    const title = page.locator("#batch-title");
    while ((await title.count()) === 0)
      for await (const _ of loader) await new Promise((resolve) => setTimeout(resolve, 50));
    await page.getByLabel("Index", { exact: true }).fill("2");
    await page.getByLabel("Index", { exact: true }).press("Enter");
    await title.filter({ hasText: "index 2," }).waitFor();
    expect(await text("#batch .grid figcaption")).toBe("8 ship");
    const folder = screenshots ?? mkdtempSync(join(tmpdir(), "epochal-report-"));
    writeFileSync(join(folder, "report.html"), await report.html());
    await page.goto(pathToFileURL(join(folder, "report.html")).href);
    expect(await text("#link")).toContain("A still report");
    expect(await text("#batch .grid figcaption")).toMatch(/^\d \w+$/);
    await see("report");
    if (!screenshots) rmSync(folder, { recursive: true });
    expect(problems).toEqual([]);
  });
});

/** What is used of a canvas in the page. */
interface HTMLCanvasLike {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, w: number, h: number): { readonly data: Uint8ClampedArray };
  };
}
