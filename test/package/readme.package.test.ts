/** The README's example, taken from the README, in an empty folder with the packed package. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyProject, install, pack, root, run, writeBoth } from "./packed.ts";

const { folder, remove } = emptyProject();
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Code blocks that begin with a file's name, by that name. */
const files = new Map(
  [...readme.matchAll(/^```ts\n\/\/ ([\w-]+\.ts)\n([\s\S]*?)^```$/gm)].map(([, name, code]) => [
    name!,
    code!,
  ]),
);

beforeAll(async () => {
  const tarball = await pack(folder);
  // The packages of the README's own command.
  const [, named] = /npm install epochal (.*)/.exec(readme)!;
  await install(folder, `./${tarball}`, ...named!.split(" "));
  for (const [name, code] of files) {
    writeBoth(folder, name, withoutUsing(code));
    writeFileSync(join(folder, name), code);
  }
  // Reddish and bluish photographs.
  for (const [name, colour] of Object.entries({
    blue: { r: 60, g: 80, b: 200 },
    red: { r: 200, g: 70, b: 60 },
  })) {
    mkdirSync(join(folder, "data", name), { recursive: true });
    for (let i = 0; i < 40; i++) {
      const noise = { type: "gaussian", mean: 128, sigma: 20 + i } as const;
      const grain = await sharp({
        create: { width: 240, height: 180, channels: 3, background: "black", noise },
      })
        .png()
        .toBuffer();
      await sharp({ create: { width: 240, height: 180, channels: 3, background: colour } })
        .composite([{ input: grain, blend: "soft-light" }])
        .jpeg()
        .toFile(join(folder, "data", name, `${i}.jpg`));
    }
  }
  // What a Mac, a notebook and a person leave there.
  for (const place of ["data", "data/red"]) {
    for (const file of [".DS_Store", "notes.txt", "._1.jpg"]) writeFileSync(join(folder, place, file), "");
    mkdirSync(join(folder, place, ".ipynb_checkpoints"));
    writeFileSync(join(folder, place, ".ipynb_checkpoints/1-checkpoint.jpg"), "");
  }
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
    check(await run(folder, join(folder, "node_modules/.bin/tsx"), "train.ts"));
  });

  it("runs as plain JavaScript", async () => {
    const code = readFileSync(join(folder, "train.js"), "utf8");
    expect(code).toContain("console.log(x.shape, y.shape);\nawait loader.close();");
    check(await run(folder, process.execPath, "train.js"));
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

/** What the README has one do in JavaScript, as no Node before 24 knows `await using`. */
function withoutUsing(code: string): string {
  return code
    .replace("await using loader =", "const loader =")
    .replace(/^for await .* of loader\) .*$/m, (loop) => `${loop}\nawait loader.close();`);
}

function check({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  // Nothing to be warned of, such as batches of one class.
  expect(stderr).not.toContain("EpochalWarning");
  // 64 images to train on make two batches.
  expect(stdout.match(/\[ 32, 200, 200, 3 \] \[ 32 \]/g)).toHaveLength(2);
  expect(stdout).toMatch(/Epoch 5\/5/);
  // The last line: validation accuracy of five epochs. How good it is depends on weights drawn at random.
  const accuracies = JSON.parse(stdout.slice(stdout.lastIndexOf("["))) as number[];
  expect(accuracies).toHaveLength(5);
  for (const accuracy of accuracies) expect(accuracy >= 0 && accuracy <= 1, String(accuracy)).toBe(true);
}
