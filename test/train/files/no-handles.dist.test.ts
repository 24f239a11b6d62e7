import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const dist = new URL("../../../dist/train/", import.meta.url).href;

it.runIf(process.platform !== "win32")(
  "a program without a file handle left keeps the older file",
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "epochal-"));
    try {
      // Each save finds one handle more than the one before, until it goes through.
      const program = `
      import { closeSync, openSync } from "node:fs";
      const { writeAtomically } = await import("${dist}files/atomic-file.js");
      const { loadCheckpoint } = await import("${dist}checkpoint/checkpoint.js");
      const path = process.argv[1];
      await writeAtomically(path, [Buffer.from("old")]);
      const held = [];
      try { for (;;) held.push(openSync("/dev/null")); } catch {}
      const errors = [];
      for (;;) {
        const error = await writeAtomically(path, [Buffer.from("new")]).catch((thrown) => thrown);
        if (error === undefined) break;
        errors.push([error.name, error.path, error.cause?.code]);
        if (errors.length === 1) {
          const { name, cause } = await loadCheckpoint(path).catch((thrown) => thrown);
          errors.push([name, cause.path, cause.cause?.code]);
        }
        closeSync(held.pop());
      }
      console.log(JSON.stringify(errors));
    `;
      const path = join(dir, "x");
      const limited = 'ulimit -n 60; exec "$0" --input-type=module -e "$1" "$2"';
      const out = execFileSync("sh", ["-c", limited, process.execPath, program, path], { encoding: "utf8" });
      const [first, second, ...rest] = JSON.parse(out) as unknown[][];
      expect(first).toEqual(["FileError", path, "EMFILE"]);
      expect(second).toEqual(["StateError", path, "EMFILE"]);
      for (const error of rest) expect(error).toEqual(first);
      expect(await readFile(path, "utf8")).toBe("new");
      expect(await readdir(dir)).toEqual(["x"]);
    } finally {
      await rm(dir, { recursive: true });
    }
  },
);
