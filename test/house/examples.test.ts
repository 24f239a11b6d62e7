/** The TypeScript on these pages is that of files which the compiler checks. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { filesUnder, read, root } from "./modules.ts";

const pages = ["docs/reference/callbacks.md", "docs/coming-from/keras.md", "docs/coming-from/pytorch.md"];
/** Pages with lines out of context as well. */
const mixed = [
  "docs/reference/images.md",
  "docs/reference/data.md",
  "docs/how-to/see-batches.md",
  "docs/how-to/speed.md",
];

/** Code blocks of a page, each with the link in the line above it. */
function blocks(page: string): { readonly file: string | undefined; readonly code: string }[] {
  return [...read(page).matchAll(/^(.*)\n\n```ts\n([\s\S]*?)^```$/gm)].map(([, above, code]) => {
    const target = /^\[[^\]]+\]\(([^)]+\.ts)\):$/.exec(above!)?.[1];
    const file = target && new URL(target, new URL(page, root)).href.slice(root.href.length);
    return { file, code: code! };
  });
}

describe.each(pages)("%s", (page) => {
  it("shows files of examples/ as they are", () => {
    for (const { file, code } of blocks(page)) {
      expect(file, `the block beginning "${code.slice(0, 60)}" has no link above it`).toBeDefined();
      expect(code).toBe(read(file!));
    }
  });
});

it.each(mixed)("%s shows files of examples/ as they are", (page) => {
  for (const { file, code } of blocks(page)) if (file) expect(code).toBe(read(file));
});

it("shows every such file on a page", () => {
  const shown = [...pages, ...mixed].flatMap((page) => blocks(page).map(({ file }) => file));
  const folders = ["callbacks", "data", "images", "inspect", "migration"];
  const files = folders.flatMap((folder) => filesUnder(`examples/${folder}`, /\.ts$/));
  expect(files.filter((file) => !shown.includes(file))).toEqual([]);
});

it("is of syntax that Node itself can strip", () => {
  const files = filesUnder("examples", /\.ts$/).map((file) => fileURLToPath(new URL(file, root)));
  const program = ts.createProgram(files, {
    erasableSyntaxOnly: true,
    noResolve: true,
    noLib: true,
    noEmit: true,
  });
  const notErasable = 1294;
  const found = program.getSemanticDiagnostics().filter(({ code }) => code === notErasable);
  expect(found.map(({ file }) => file?.fileName)).toEqual([]);
});
