/** Programs and classes in CommonJS modules. */
import { afterAll, expect, it } from "vitest";
import { linkedProject } from "./linked.ts";
import { run } from "./packed.ts";

const dataset = (module: string): string => `
const { pathToFileURL } = require("node:url");
const { Sequence, portable } = require("epochal");

class Numbers extends Sequence {
  static module = ${module};
  length = 4;
  getItem(index) {
    return 10 * index;
  }
}
const half = portable(${module}, function half(x) {
  return x / 2;
});
module.exports = { Numbers, half };
`;

const program = (module: string): string => `
const { DataLoader, map } = require("epochal");
const { Numbers, half } = require(${JSON.stringify(module)});

async function read(worker) {
  const loader = new DataLoader(map(new Numbers(), half), { workers: 2, worker });
  const batches = [];
  for await (const batch of loader) batches.push(batch);
  await loader.close();
  return batches.join();
}
const tell = ({ name, message }) => name + ": " + message;
Promise.all([read("thread").catch(tell), read("process").catch(tell)]).then((told) => console.log(told.join("\\n")));
`;

const { folder, remove } = linkedProject({
  "numbers.cjs": dataset("pathToFileURL(__filename).href"),
  "main.cjs": program("./numbers.cjs"),
  "path.cjs": dataset("__filename"),
  "path-main.cjs": program("./path.cjs"),
});
afterAll(remove);

async function printed(file: string): Promise<string[]> {
  const { stdout, stderr } = await run(folder, process.execPath, "--no-warnings", file);
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

it("reach workers by pathToFileURL(__filename).href", async () => {
  expect(await printed("main.cjs")).toEqual(["0,5,10,15", "0,5,10,15"]);
});

it("are told so where they give a bare __filename", async () => {
  for (const message of await printed("path-main.cjs")) {
    expect(message).toMatch(
      /^PortableError: .*`module` must be a URL.*path\.cjs.*static module = pathToFileURL\(__filename\)\.href/,
    );
  }
});
