/** The README's programs, in an empty folder with the packed package. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyProject, install, pack, root, run } from "./packed.ts";
import { checkTraining, files, packages, writeExample } from "./readme.ts";

const { folder, remove } = emptyProject();

beforeAll(async () => {
  await install(folder, `./${await pack(folder)}`, ...packages);
  await writeExample(folder);
});
afterAll(remove);

const tsx = join(folder, "node_modules/.bin/tsx");

describe("the README's programs", () => {
  it("are two files, and then one", () => {
    expect([...files.keys()]).toEqual(["photos.ts", "train.ts", "squares.ts"]);
  });

  it("train as TypeScript through tsx", async () => {
    checkTraining(await run(folder, tsx, "train.ts"));
  });

  it("train as plain JavaScript", async () => {
    checkTraining(await run(folder, process.execPath, "train.js"));
  });

  it("read data in which the check finds nothing wrong", async () => {
    const epochal = join(folder, "node_modules/.bin/epochal");
    const { stdout } = await run(folder, epochal, "check", "./photos.js#train", "--json");
    const { ok, complete, compared, leaves } = JSON.parse(stdout) as {
      readonly ok: boolean;
      readonly complete: boolean;
      readonly compared: readonly string[];
      readonly leaves: readonly { readonly classes?: object }[];
    };
    expect({ ok, complete }).toEqual({ ok: true, complete: true });
    // Workers find the module and its function.
    expect(compared).toContain("2 threads (2 batches)");
    expect(leaves.flatMap(({ classes }) => Object.keys(classes ?? {}))).toEqual(["0", "1"]);
  });

  it.each(["squares.ts", "squares.js"])("print what the README says: %s", async (file) => {
    const { stdout } = await run(folder, tsx, file);
    expect(stdout).toBe("[ 32 ] 400\n[ 32 ] 2601\n[ 32 ] 2500\n[ 4 ] 2209\n");
    expect(files.get("squares.ts")).toContain(`// ${stdout.split("\n")[0]}, and three more`);
  });

  it("have types that hold for a user", async () => {
    const options = ["--strict", "--noEmit", "--skipLibCheck", "--allowImportingTsExtensions"];
    const target = ["--target", "ES2022", "--module", "NodeNext", "--lib", "ES2023,DOM"];
    const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    await run(
      folder,
      join(root, "node_modules/.bin/tsc"),
      ...options,
      ...target,
      ...types,
      "train.ts",
      "squares.ts",
    );
  });
});
