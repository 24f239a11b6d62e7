import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ranges, served } from "../bytes/server.ts";
import { runExample } from "./run.ts";

it("examples/parquet trains on texts of Parquet files behind URLs", async () => {
  const bytes = new Uint8Array(
    readFileSync(new URL("../fixtures/data/parquet-zstd.parquet", import.meta.url)),
  );
  const ended = await served(
    ranges(
      () => bytes,
      () => ({ etag: '"1"' }),
    ),
    (address) => runExample("parquet/train.ts", [`${address}0.parquet`, `${address}1.parquet`]),
  );
  expect(ended.stderr.replace(/^=+\nHi, looks like.*\n=+\n/gm, "").trim()).toBe("");
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("100 reviews in 6 row groups, in memory: true\n");
  expect(ended.stdout.match(/^Epoch \d\/5 5\/5 .* val_acc: /gm)).toHaveLength(5);
});
