/** The page over a loader with workers, over a run of `fit`, and as a file: with the program that the build has made. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { DataLoader, Sequence, type Tensor, tensor } from "epochal";
import { Inspector, InspectPage, inspect, recordReport } from "epochal/inspect";
import { fit } from "epochal/tfjs";
import { expect, it, vi } from "vitest";

/** Points, four in a batch. */
class Points extends Sequence<readonly [Tensor<"float32">, Tensor<"float32">]> {
  static override readonly module = import.meta.url;
  readonly length = 6;
  getItem(index: number) {
    const x = Array.from({ length: 4 }, (_, i) => [Math.sin(index * 4 + i), i]);
    return [tensor(x), tensor(x.map(([a, b]) => [a! + 2 * b!]))];
  }
}

const built = (name: string) =>
  readFileSync(new URL(`../../dist/inspect/page/${name}`, import.meta.url), "utf8");

/** What a page is told until it has read what `found` looks for. */
async function read(url: string, found: RegExp): Promise<string> {
  const { origin, hash } = new URL(url);
  const response = await fetch(`${origin}/stream`, { headers: { authorization: `Bearer ${hash.slice(1)}` } });
  let text = "";
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (found.test(text)) break;
  }
  return text;
}

it("shows a loader, leaves it as it was, and is gone once it is closed", async () => {
  await using loader = new DataLoader(new Points(), { seed: 3 });
  const page = await inspect(loader, { classes: ["cat"], mean: 0.5, std: [0.25, 0.5] });
  expect(page).toBeInstanceOf(InspectPage);
  const again = await inspect(loader);
  expect(new URL(again.url).port).not.toBe(new URL(page.url).port);
  const report = recordReport(loader, { classes: ["cat"] });
  for await (const _ of loader);
  const [hello] = (await read(page.url, /"type":"update"/)).split("\n");
  expect(JSON.parse(hello!)).toEqual({
    type: "hello",
    version: 1,
    name: "Points",
    seed: 3,
    length: 6,
    classes: ["cat"],
    mean: [0.5],
    std: [0.25, 0.5],
    live: true,
  });
  const { origin } = new URL(page.url);
  for (const [path, name] of [
    ["/", "page.html"],
    ["/page.js", "page.js"],
    ["/page.css", "page.css"],
  ] as const)
    expect(await (await fetch(origin + path)).text(), name).toBe(built(name));
  const html = await report.html();
  expect(html).toContain('"live":false');
  expect(html).toContain('"type":"batch"');
  expect(html.match(/(src|href)="(?!data:)[^"]*"/g)).toBeNull();
  await page.close();
  await page.close();
  await expect(fetch(origin)).rejects.toThrow();
  await again.close();
  await expect(inspect(loader, { ports: 1 } as never)).rejects.toThrow("has no option `ports`");
  await expect(inspect([] as never)).rejects.toThrow("inspect() shows a DataLoader, got an array of 0.");
});

it("shows a run of fit with its curves, says where on stderr, and ends with it", async () => {
  await tf.setBackend("cpu");
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const said = vi.spyOn(process.stderr, "write");
  const inspector = new Inspector();
  let told = "";
  const onEpochEnd = async (epoch: number) => {
    if (epoch === 1) told = await read(inspector.url!, /"name":"val_loss"/);
  };
  await fit(model, new Points(), {
    epochs: 2,
    verbose: 0,
    validationData: new Points(),
    callbacks: [inspector, { onEpochEnd }],
  });
  const lines = said.mock.calls.map(([text]) => String(text));
  said.mockRestore();
  expect(lines.join("")).toMatch(/Inspect this run: http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}\n/);
  const { curves, report } = JSON.parse(told.split("\n")[1]!);
  expect(
    curves.map(({ name, points }: { name: string; points: [number, number][] }) => [
      name,
      points.map(([x]) => x),
    ]),
  ).toEqual([
    ["loss", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ["val_loss", [6, 12]],
  ]);
  expect(report.delivered).toBe(12);
  expect(inspector.url).toBeUndefined();
});
