/** A Chromium whose page decodes photographs: processor time of all of its processes, milliseconds an image. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { options, paths, processorTime, report } from "./bench.js";

const { data, items, files, size, how, workers, lease } = options({
  data: "",
  items: 1000,
  files: 125,
  size: 200,
  how: "epochal",
  workers: 0,
  lease: 0,
});

const folder = mkdtempSync(join(tmpdir(), "epochal-bench-page-"));
await build({
  entryPoints: ["page.js", "worker.js"].map((name) =>
    fileURLToPath(new URL(`browser/${name}`, import.meta.url)),
  ),
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  outdir: folder,
});
const photographs = paths(data, files);
const types = { js: "text/javascript", jpeg: "image/jpeg" };
const server = createServer(({ url }, response) => {
  const [, number, ending] = /^\/(?:(\d+)\.jpeg|[\w./-]+\.(js))$/.exec(url) ?? [];
  response.setHeader("content-type", number ? types.jpeg : (types[ending] ?? "text/html"));
  if (number) response.end(readFileSync(photographs[number]));
  else if (ending) response.end(readFileSync(join(folder, url)));
  else
    response.end(
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
    );
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const launched = await chromium.launchServer({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const browser = await chromium.connect(launched.wsEndpoint());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(
    (names) => globalThis.fetchAll(names),
    photographs.map((_, i) => `${i}.jpeg`),
  );
  const epoch = (more) =>
    page.evaluate(
      ([how, settings]) => globalThis.epoch(how, settings),
      [how, { size, workers, lease, ...more }],
    );
  if (process.env.BENCH_PIXELS)
    writeFileSync(process.env.BENCH_PIXELS, Buffer.from(await epoch({ items: 32, first: true }), "base64"));
  // Decoders are fetched, workers start, and V8 compiles.
  await epoch({ items });
  const { pid } = launched.process();
  const before = processorTime(pid);
  const time = await epoch({ items });
  report((processorTime(pid) - before) / items, {
    details: { "img/s": items / (time / 1000) },
    packages: ["epochal"],
    versions: { Chromium: browser.version() },
  });
} finally {
  await launched.close();
  server.close();
  rmSync(folder, { recursive: true });
}
