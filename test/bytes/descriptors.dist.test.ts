import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const dist = new URL("../../dist/image/index.js", import.meta.url).href;

it.runIf(process.platform !== "win32")(
  "a file that cannot be opened, as too many are, says so, and is read once there are fewer",
  () => {
    const program = `
      import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
      import { tmpdir } from "node:os";
      import { join } from "node:path";
      const { imread } = await import("${dist}");
      const folder = mkdtempSync(join(tmpdir(), "epochal-bytes-"));
      const path = join(folder, "a.jpg");
      writeFileSync(path, "no image");
      const told = async () => {
        const { name, message, cause } = await imread(path).tensor().catch((thrown) => thrown);
        return [name, message.replace(path, "a.jpg"), cause?.code];
      };
      const held = [];
      try { for (;;) held.push(openSync("/dev/null")); } catch {}
      const first = await told();
      closeSync(held.pop());
      const then = await told();
      rmSync(folder, { recursive: true });
      console.log(JSON.stringify([first, then]));
    `;
    const limited = 'ulimit -n 60; exec "$0" --input-type=module -e "$1"';
    const out = execFileSync("sh", ["-c", limited, process.execPath, program], { encoding: "utf8" });
    const [first, then] = JSON.parse(out) as unknown[][];
    expect(first).toEqual([
      "ImageError",
      "Cannot read the image a.jpg: The program has too many files open: close some, or raise its limit (ulimit -n).",
      "EMFILE",
    ]);
    expect(then).toEqual(["ImageError", expect.stringMatching(/no image of a known format/), null]);
  },
);
