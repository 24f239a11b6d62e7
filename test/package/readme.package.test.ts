/** The README's example, in an empty folder with the packed package. */
import { readFileSync } from "node:fs";
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

describe("the README's example", () => {
  it("is one file, and then two", () => {
    expect([...files.keys()]).toEqual(["squares.ts", "cifar10.ts", "train.ts"]);
  });

  it("runs the smallest program, and prints what it says", async () => {
    const { stdout } = await run(folder, join(folder, "node_modules/.bin/tsx"), "squares.ts");
    expect(stdout).toBe("[ 32 ] 400\n[ 32 ] 2601\n[ 32 ] 2500\n[ 4 ] 2209\n");
    expect(files.get("squares.ts")).toContain(`// ${stdout.split("\n")[0]}, and three more`);
  });

  it("runs as TypeScript through tsx", async () => {
    checkTraining(await run(folder, join(folder, "node_modules/.bin/tsx"), "train.ts"));
  });

  it("runs as plain JavaScript", async () => {
    const code = readFileSync(join(folder, "train.js"), "utf8");
    expect(code).toContain("console.log(x.shape, y.shape);\nawait loader.close();");
    checkTraining(await run(folder, process.execPath, "train.js"));
  });

  it("has types that hold for a user", async () => {
    const options = ["--strict", "--noEmit", "--skipLibCheck", "--allowImportingTsExtensions"];
    const target = ["--target", "ES2022", "--module", "NodeNext", "--lib", "ES2023,ESNext.Disposable,DOM"];
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
