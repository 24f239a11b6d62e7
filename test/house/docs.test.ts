/** What the pages say exists: links lead somewhere, files and names are there, tables are complete. */
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as jax from "../../src/adapters/jax/index.ts";
import * as onnx from "../../src/adapters/onnx/index.ts";
import * as tfjs from "../../src/adapters/tfjs/index.ts";
import * as image from "../../src/image/index.ts";
import * as front from "../../src/index.ts";
import { filesUnder, read, root } from "./modules.ts";

const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...["bench", "docs", "examples", "scripts", "src", "test"]
    .flatMap((folder) => filesUnder(folder, /\.md$/))
    // What typedoc makes of the docstrings, where the site was built.
    .filter((path) => !path.startsWith("docs/reference/api/")),
];
const manifest = JSON.parse(read("package.json")) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};

/** Pages that a command writes: they may be absent in a fresh clone. */
const written = ["/bench/RESULTS.md", "/docs/reference/messages.md", "/docs/reference/api/"];

describe.each(pages)("%s", (page) => {
  const text = read(page);
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  const folder = new URL(page, root);

  it("links to pages and files that exist", () => {
    const lost = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^(https?:|mailto:|#)/.test(target))
      .map((target) => new URL(target.split("#")[0]!, folder))
      .filter((target) => !existsSync(target) && !written.some((path) => target.href.includes(path)))
      .map(String);
    expect(lost).toEqual([]);
  });

  it("names files of this repository that exist", () => {
    const lost = [...prose.matchAll(/`((?:src|test|docs|bench|examples|scripts)\/[\w./-]+)`/g)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(new URL(path, root)));
    expect(lost).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !manifest.scripts[name])).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("names files of src that exist", () => {
    const floors = readdirSync(new URL("src", root), { withFileTypes: true }).filter((each) =>
      each.isDirectory(),
    );
    const paths = new RegExp(`\`((?:${floors.map(({ name }) => name).join("|")})/[\\w./-]*)\``, "g");
    const lost = [...read("ARCHITECTURE.md").matchAll(paths)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(new URL(`src/${path}`, root)));
    expect(lost).toEqual([]);
  });
});

describe("README.md", () => {
  it("can be read at once", () => {
    expect(read("README.md").split("\n").length - 1).toBeLessThanOrEqual(150);
  });
});

describe("docs/reference/options.md", () => {
  it("lists every option of DataLoader", () => {
    const options = [
      ...fieldsOf("src/loader/options.ts", "DataLoaderOptions"),
      ...fieldsOf("src/sequence/batching/batches.ts", "BatchesOptions"),
      // Its type depends on what the samples are.
      "collate",
    ];
    const page = read("docs/reference/options.md");
    expect(firstColumn(page, "Options of `DataLoader`").sort()).toEqual([...new Set(options)].sort());
  });
});

describe("docs/reference/index.md", () => {
  const page = read("docs/reference/index.md");

  it("lists every subpath", () => {
    const subpaths = Object.keys(manifest.exports)
      .filter((path) => path !== "./package.json")
      .map((path) => path.replace(/^\./, "epochal"));
    expect(firstColumn(page, "What is exported").sort()).toEqual(subpaths.sort());
  });

  it.each([
    ["epochal", front],
    ["epochal/image", image],
    ["epochal/tfjs", tfjs],
    ["epochal/jax", jax],
    ["epochal/onnx", onnx],
  ])("names only what %s exports", (subpath, module: object) => {
    const [, row] = new RegExp(`^\\| \`${subpath}\` *\\|(.*)$`, "m").exec(page)!;
    const names = [...row!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !(name in module))).toEqual([]);
  });

  it("lists every optional peer", () => {
    expect(firstColumn(page, "Optional packages").sort()).toEqual(
      Object.keys(manifest.peerDependencies).sort(),
    );
  });
});

describe("tables of options", () => {
  const none = { thereIsNone: 1 } as never;
  /** The options that something has, as its error says when it is given another. */
  const has = (make: () => unknown): string[] => {
    try {
      make();
    } catch (error) {
      return / It has: (.*)\.$/
        .exec((error as Error).message)![1]!
        .split(", ")
        .sort();
    }
    return expect.unreachable("it should have been refused");
  };

  it.each([
    ["EarlyStopping", () => new front.EarlyStopping(none)],
    ["ReduceLROnPlateau", () => new front.ReduceLROnPlateau(none)],
    ["LearningRateScheduler", () => new front.LearningRateScheduler(() => 1, none)],
    ["ModelCheckpoint", () => new front.ModelCheckpoint("folder", none)],
    ["BackupAndRestore", () => new front.BackupAndRestore("folder", none)],
    ["CSVLogger", () => new front.CSVLogger("file", none)],
    ["TensorBoard", () => new front.TensorBoard("folder", none)],
    ["ProgbarLogger", () => new front.ProgbarLogger(none)],
  ])("docs/reference/callbacks.md has those of %s", (name, make) => {
    const row = new RegExp(`^\\| \`${name}\\((.*)\\)\` +\\|(.*?)\\|`, "m").exec(
      read("docs/reference/callbacks.md"),
    )!;
    const before = row[1]!.split(", ");
    const options = [...row[2]!.matchAll(/`(\w+)[:`]/g)].map(([, option]) => option!);
    expect(options.filter((option) => !before.includes(option)).sort()).toEqual(has(make));
  });

  it("docs/reference/callbacks.md has every callback of epochal", () => {
    const rows = [...read("docs/reference/callbacks.md").matchAll(/^\| `([A-Z]\w+)\(/gm)].map(
      ([, name]) => name!,
    );
    const callbacks = Object.entries(front)
      .filter(
        ([name, value]) =>
          name !== "Callback" && (value as typeof front.Callback).prototype instanceof front.Callback,
      )
      .map(([name]) => name);
    expect(rows.sort()).toEqual(callbacks.sort());
  });

  it("docs/reference/images.md has those of imread", () => {
    expect(firstColumn(read("docs/reference/images.md"), "Reading").sort()).toEqual(
      has(() => image.imread("x", none)),
    );
  });

  it("docs/understand/faults.md names options of DataLoader", () => {
    const known = fieldsOf("src/loader/options.ts", "DataLoaderOptions");
    const named = firstColumn(read("docs/understand/faults.md"), "Options");
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe("README's figures", () => {
  it("are those of bench/RESULTS.md", () => {
    const section = read("README.md").split("\n## How fast\n")[1]!.split("\n## ")[0]!;
    // Each cell but the question, each part of it: a figure, then whose it is.
    const answers = [...section.matchAll(/^\|[^|]*\|(.*)$/gm)].flatMap(([, row]) =>
      row!.split(/\||, (?=\d)/).flatMap((part) => part.trim().match(/^[\d,.]+(?= |$)/) ?? []),
    );
    expect(answers.length).toBeGreaterThan(10);
    const measured = new Set(read("bench/RESULTS.md").match(/[\d,.]*\d/g));
    expect(answers.filter((figure) => !measured.has(figure))).toEqual([]);
  });
});

describe("docs/decisions", () => {
  it("has every decision in its index", () => {
    const index = read("docs/decisions/README.md");
    const missing = filesUnder("docs/decisions", /\.md$/)
      .map((path) => path.split("/").at(-1)!)
      .filter((name) => name !== "README.md" && !index.includes(`](${name})`));
    expect(missing).toEqual([]);
  });

  it("names only what is imported somewhere, or run by a script", () => {
    const folders = ["src", "test", "scripts", "bench", "examples", "docs/.vitepress"];
    const files = folders.flatMap((folder) => filesUnder(folder, /\.[cm]?[jt]sx?$/));
    const text = [
      ...files.map(read),
      read(".ci/run"),
      read("typedoc.json"),
      JSON.stringify(manifest.scripts),
    ].join("\n");
    const unused = Object.keys(manifest.devDependencies).filter((name) => !isUsed(name, text));
    expect(unused).toEqual([]);
  });

  it("gives a reason for every dependency", () => {
    const page = read("docs/decisions/dependencies.md");
    const tools = Object.keys(manifest.devDependencies).filter(
      (name) => !(name in manifest.peerDependencies),
    );
    const missing = [...tools, ...Object.keys(manifest.peerDependencies)].filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
});

/** Names of the fields of an exported interface. */
function fieldsOf(path: string, name: string): string[] {
  const [, body] = new RegExp(`^export interface ${name} \\{([\\s\\S]*?)^\\}`, "m").exec(read(path))!;
  return [...body!.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field]) => field!);
}

/** The names in backticks in the first column of the table under a heading. */
function firstColumn(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);
}

/** Whether a package is imported, or a command of it run, in `text`. */
function isUsed(name: string, text: string): boolean {
  if (name.startsWith("@types/")) return true;
  const { bin = {} } = JSON.parse(read(`node_modules/${name}/package.json`)) as {
    readonly bin?: object | string;
  };
  const names = [name, ...(typeof bin === "string" ? [] : Object.keys(bin))];
  return names.some((one) => new RegExp(`["' ]${one}["'/ ]`).test(text));
}
