/** An unfit Node is told so by whatever is imported first, before anything else breaks. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { read } from "../house/modules.ts";

const { exports } = JSON.parse(read("package.json")) as { exports: Readonly<Record<string, unknown>> };
const entries = Object.keys(exports)
  .filter((entry) => !entry.endsWith(".json"))
  .map((entry) => entry.replace(".", "epochal"));

describe.each(entries)("import %s", (entry) => {
  it("says which Node it needs", async () => {
    const program = `
      Object.defineProperty(process.versions, "node", { value: "18.20.8" });
      await import(${JSON.stringify(entry)}).then(() => console.log("loaded"), (error) => console.log(error.message));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
    expect(stdout).toMatch(
      /^epochal needs Node 20\.19 or a later 20, or Node 22\.12 or later, but this is Node 18\.20\.8\./,
    );
  });
});
