/**
 * The house rules that a compiler does not know. The order of the floors is the table in ARCHITECTURE.md; this test
 * reads it there, so that the page is the rule.
 */
import { describe, expect, it } from "vitest";
import { importsOf, type Module, platforms, read, readModules, staticallyReachable } from "./modules.ts";

const modules = readModules();

/** Folders of `src` from the ground up: the first column of the table under "Floors". */
const floors = [...section(read("ARCHITECTURE.md"), "Floors").matchAll(/^\| `([\w.-]+)\/?` *\|/gm)].map(
  ([, name]) => name!,
);

/** Folders whose job is Node: only they import its built-in modules where that runs on loading. */
const nodeFolders = ["src/cli/", "src/inspect/", "src/testing/", "src/worker/entry/"];

/** What runs in workers only, which are replaced where a module could not be loaded, and may load ours late. */
const replaced = ["src/serve/serving.ts"];

/** A command line runs once, and ends where something cannot be loaded: a command loads what it needs when it runs. */
const runsOnce = "src/cli/commands/";

/** Optional peers. They are loaded by `import()` or `require` when they are needed; their types cost nothing. */
const peers = Object.keys(
  (JSON.parse(read("package.json")) as { peerDependencies: object }).peerDependencies,
);

/** Entry points that must load in a browser. */
const browserEntries = [
  "src/index.ts",
  "src/image/index.ts",
  "src/data/index.ts",
  "src/data/arrow/index.ts",
  "src/data/hdf5/index.ts",
  "src/data/parquet/index.ts",
];

/** A file this long holds two ideas, most often. */
const longest = 400;

/** Longer files, each with the reason. */
const longFiles: Readonly<Record<string, string>> = {};

describe("floors", () => {
  it("are those of src, each once", () => {
    const present = new Set(modules.map(({ path }) => floorOf(path)));
    expect(new Set(floors).size).toBe(floors.length);
    for (const floor of present) expect(floors, `a row for ${floor} in ARCHITECTURE.md`).toContain(floor);
  });

  it("import downward only", () => {
    const upward = edges().filter(
      ({ from, to }) => floors.indexOf(floorOf(to)) > floors.indexOf(floorOf(from)),
    );
    expect(upward.map(showEdge)).toEqual([]);
  });

  it("have no import cycles at run time", () => {
    const cycles = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ kind, path: to }) => kind === "static" && to && staticallyReachable(modules, to).has(path))
        .map(({ path: to }) => `${path} and ${to}`),
    );
    expect(cycles).toEqual([]);
  });

  it("have no circles of folders, types included", () => {
    const graph = folderEdges();
    const circles = [...graph].flatMap(([from, all]) =>
      [...all].filter((to) => reachable(graph, to).has(from)).map((to) => `${from} and ${to}`),
    );
    expect(circles).toEqual([]);
  });

  it("name only files that exist", () => {
    const paths = new Set(modules.map(({ path }) => path));
    const lost = edges().filter(({ to }) => !paths.has(to) && !to.endsWith(".generated.ts"));
    expect(lost.map(showEdge)).toEqual([]);
  });
});

describe("what is imported from outside", () => {
  it("is a built-in module of Node, or an optional peer", () => {
    const strangers = outside().filter(
      ({ specifier }) =>
        !specifier.startsWith("node:") && !specifier.startsWith("tsx/") && !isPeer(specifier),
    );
    expect(strangers.map(showOutside)).toEqual([]);
  });

  it("is a peer only as a type or by import()", () => {
    const needed = outside().filter(({ kind, specifier }) => kind === "static" && isPeer(specifier));
    expect(needed.map(showOutside)).toEqual([]);
  });

  it("is a built-in module only where that is the file's job", () => {
    const stray = outside().filter(
      ({ path, kind, specifier }) =>
        kind === "static" &&
        specifier.startsWith("node:") &&
        !nodeFolders.some((folder) => path.startsWith(folder)),
    );
    expect(stray.map(showOutside)).toEqual([]);
    const empty = nodeFolders.filter((folder) => !modules.some(({ path }) => path.startsWith(folder)));
    expect(empty).toEqual([]);
  });

  it.each(browserEntries)("is nothing at all where %s loads", (entry) => {
    const reached = staticallyReachable(modules, entry, "web");
    const needed = outside().filter(({ path, kind }) => kind === "static" && reached.has(path));
    expect(needed.map(showOutside)).toEqual([]);
  });
});

describe("what differs between Node and all else", () => {
  const paths = modules.map(({ path }) => path);

  it("is a pair of modules each", () => {
    const [node, web] = platforms.map((platform) =>
      paths
        .filter((path) => path.endsWith(`.${platform}.ts`))
        .map((path) => path.slice(0, -`.${platform}.ts`.length)),
    );
    expect(node).toEqual(web);
    expect(node).not.toEqual([]);
  });

  it("is asked for by its name with `#`, or by the other one of the pair", () => {
    const halves = /\.(node|web)\.ts$/;
    const byPath = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => halves.test(specifier))
        .filter(({ path: to }) => to?.replace(halves, "") !== path.replace(halves, ""))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(byPath).toEqual([]);
  });

  it("is that ours is imported late: never in Node, which remembers a failed import()", () => {
    const late = edges("dynamic").filter(
      ({ from }) => !from.endsWith(".web.ts") && !replaced.includes(from) && !from.startsWith(runsOnce),
    );
    expect(late.map(showEdge)).toEqual([]);
  });
});

describe("files", () => {
  it(`have at most ${longest} lines, or a reason`, () => {
    const long = modules.filter(({ text }) => text.split("\n").length > longest).map(({ path }) => path);
    expect(long.filter((path) => !longFiles[path])).toEqual([]);
    expect(Object.keys(longFiles).filter((path) => !long.includes(path))).toEqual([]);
  });
});

describe("the import reader", () => {
  it("tells static, dynamic and type imports apart", () => {
    const text = `
      import { a, type B } from "./a.ts";
      import type { C } from "./c.ts";
      import { type D } from "./d.ts";
      import "node:fs";
      export * from "./e.ts";
      export { type F } from "./f.ts";
      const g = await import("./g.ts");
      const h: typeof import("sharp") = await import("sharp" as string);
      import "#core/i";
    `;
    expect(importsOf("src/x/y.ts", text)).toEqual([
      { kind: "static", specifier: "./a.ts", path: "src/x/a.ts" },
      { kind: "type", specifier: "./c.ts", path: "src/x/c.ts" },
      { kind: "type", specifier: "./d.ts", path: "src/x/d.ts" },
      { kind: "static", specifier: "node:fs", path: undefined },
      { kind: "static", specifier: "./e.ts", path: "src/x/e.ts" },
      { kind: "type", specifier: "./f.ts", path: "src/x/f.ts" },
      { kind: "dynamic", specifier: "./g.ts", path: "src/x/g.ts" },
      { kind: "type", specifier: "sharp", path: undefined },
      { kind: "dynamic", specifier: "sharp", path: undefined },
      { kind: "static", specifier: "#core/i", path: "src/core/i.node.ts" },
      { kind: "static", specifier: "#core/i", path: "src/core/i.web.ts" },
    ]);
  });
});

interface Edge {
  readonly from: string;
  readonly to: string;
}

function edges(only?: Module["imports"][number]["kind"]): Edge[] {
  return modules.flatMap(({ path, imports }) =>
    imports.flatMap(({ kind, path: to }) =>
      to === undefined || (only !== undefined && kind !== only) ? [] : [{ from: path, to }],
    ),
  );
}

/**
 * Which folders import from which of those beside them: the folders in which the paths of an import part. A folder and
 * what lies in it are one house, where files at the top may stand above and below its rooms.
 */
function folderEdges(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { from, to } of edges()) {
    const [a, b] = [from.split("/"), to.split("/")];
    const parting = a.findIndex((name, i) => name !== b[i]);
    if (parting < 0 || parting >= a.length - 1 || parting >= b.length - 1) continue;
    const [folder, other] = [a, b].map((path) => path.slice(0, parting + 1).join("/")) as [string, string];
    found.set(folder, (found.get(folder) ?? new Set()).add(other));
  }
  return found;
}

/** All that is reached from `start`, itself included. */
function reachable(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const at of reached) for (const next of graph.get(at) ?? []) reached.add(next);
  return reached;
}

function showEdge({ from, to }: Edge): string {
  return `${from} imports ${to}`;
}

function outside(): (Module["imports"][number] & { readonly path: string })[] {
  return modules.flatMap(({ path, imports }) =>
    imports.filter((one) => one.path === undefined).map((one) => ({ ...one, path })),
  );
}

function showOutside({ path, specifier }: { readonly path: string; readonly specifier: string }): string {
  return `${path} imports ${specifier}`;
}

function isPeer(specifier: string): boolean {
  return peers.some((peer) => specifier === peer || specifier.startsWith(`${peer}/`));
}

/** The folder directly under src, or the file's own name where it lies there. */
function floorOf(path: string): string {
  return path.split("/")[1]!;
}

/** The text of a Markdown page under the heading `title`. */
function section(page: string, title: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
}
