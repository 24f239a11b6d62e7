/**
 * What the pages of docs/ show, done as a reader does it. A block of code whose first line is a comment with a name
 * (`// train.ts`) is a file; a `sh` block runs such files; a `text` block right after it is what is then printed, where
 * `…` stands for anything. Of each TypeScript file there is the same as JavaScript, for a page that runs that. Words in
 * a fence's first line say what is special:
 *
 * - `no-run` it is not run, for the reason in not-run.ts; TypeScript is checked nevertheless
 * - `fails` the command ends with another exit code than 0
 * - `kill="Epoch 3"` the command is killed once it has printed that
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesUnder } from "../house/modules.ts";
import { emptyProject, root, writeBoth } from "../package/packed.ts";
import { notRun } from "./not-run.ts";
import { type Block, blocksOf, type Commands, flag, isCommands, isProgram, matches } from "./page.ts";
import { drawPictures, type NodeCommand, nodeFor, readersProject, runCommand } from "./project.ts";

/** The tutorial in its order, as the site's sidebar has it: one project that grows. */
const tutorial = [
  ...readFileSync(join(root, "docs/.vitepress/config.ts"), "utf8").matchAll(/"(tutorial\/\w*)":/g),
].map(([, path]) => `docs/${path!.replace(/\/$/, "/index")}.md`);

const pages = filesUnder("docs", /\.md$/).filter(
  (page) =>
    !/^docs\/(?:decisions|pictures|reference\/api|\.vitepress)\/|^docs\/(?:benchmarks|changes)\.md$/.test(
      page,
    ),
);
const projects: ReadonlyMap<string, readonly (Block | Commands)[]> = new Map([
  ...pages.filter((page) => !tutorial.includes(page)).map((page) => [page, blocksOf(page)] as const),
  ["the tutorial", tutorial.filter((page) => pages.includes(page)).flatMap(blocksOf)] as const,
]);
const pictures = emptyProject();

beforeAll(() => drawPictures(pictures.folder));
afterAll(pictures.remove);

describe("every block of code", () => {
  it("is of syntax that there is", () => {
    const wrong = [...projects.values()]
      .flat()
      .filter(isProgram)
      .flatMap(({ place, code }) => {
        const { diagnostics } = ts.transpileModule(code, {
          reportDiagnostics: true,
          compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
        });
        return diagnostics!.map((each) => `${place}: ${message(each)}`);
      });
    expect(wrong).toEqual([]);
  });

  it("has types that hold", () => {
    const project = readersProject();
    try {
      expect(typeErrors(project.folder)).toEqual([]);
    } finally {
      project.remove();
    }
  });

  it("is run, or has a reason not to be", () => {
    const marked = [...projects.values()].flat().filter((block) => flag(block, "no-run") !== undefined);
    expect(marked.map(nameOf).sort()).toEqual(Object.keys(notRun).sort());
  });
});

describe.concurrent("the programs of", () => {
  const places = turns(2);
  it.each([...projects].filter(([, blocks]) => blocks.some(isCommands)))("%s", (_, blocks) =>
    places(() => follow(blocks)),
  );
});

/** Does what some blocks say, in their order. */
async function follow(blocks: readonly (Block | Commands)[]): Promise<void> {
  const { folder, remove } = readersProject(pictures.folder);
  const written = new Set<string>();
  const skipped = new Set<string>();
  try {
    for (const block of blocks) {
      const { file } = block;
      if (file) {
        write(folder, file, block.code, written);
        if (flag(block, "no-run") === undefined) skipped.delete(file);
        else skipped.add(file);
      } else if (isCommands(block) && flag(block, "no-run") === undefined) {
        await carryOut(folder, block, skipped);
      }
    }
  } finally {
    remove();
  }
}

/** Writes a file of a page; beside TypeScript the same as JavaScript, unless the page has its own. */
function write(folder: string, file: string, code: string, written: Set<string>): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  written.add(file);
  if (file.endsWith(".ts") && !written.has(file.replace(/ts$/, "js"))) writeBoth(folder, file, code);
  else writeFileSync(join(folder, file), code);
}

/** Runs commands, and those after `# or:` in their place, and compares what they print with the page. */
async function carryOut(folder: string, block: Commands, skipped: ReadonlySet<string>): Promise<void> {
  const others = block.lines.map((line) => / # or: (.*)$/.exec(line)?.[1] ?? line);
  const ways = others.some((line, i) => line !== block.lines[i]) ? [block.lines, others] : [block.lines];
  for (const lines of ways) {
    const printed: string[] = [];
    for (const line of lines) {
      const node = nodeFor(line);
      if (!node || node.args.some((each) => skipped.has(each))) continue;
      printed.push(await runLine(folder, block, line, node));
    }
    const all = printed.join("");
    if (printed.length === 0 || block.output === undefined || matches(all, block.output)) continue;
    const what = `${block.place}: "${lines.join("; ")}" printed other lines than the page shows`;
    expect(all, what).toBe(block.output);
  }
}

/** What a command prints that ends as the page says. */
async function runLine(folder: string, block: Commands, line: string, node: NodeCommand): Promise<string> {
  const kill = flag(block, "kill");
  const { code, printed } = await runCommand(folder, node, kill);
  const fine = kill ? printed.includes(kill) : (code !== 0) === (flag(block, "fails") !== undefined);
  if (!fine) throw new Error(`${block.place}: "${line}" ended with ${code}, and printed:\n${printed}`);
  return printed;
}

/**
 * What the compiler finds in the TypeScript of all pages, at once. A page that shows a file twice has a folder for each
 * version, with the other files as they then were.
 */
function typeErrors(folder: string): string[] {
  const places = new Map<string, string>();
  for (const [page, blocks] of projects) {
    let files = new Map<string, Block>();
    const versions = [files];
    for (const block of blocks.filter(({ file }) => file?.endsWith("ts"))) {
      if (files.has(block.file!)) {
        files = new Map(files);
        versions.push(files);
      }
      files.set(block.file!, block);
    }
    for (const [number, version] of versions.entries()) {
      for (const [file, { code, place }] of version) {
        const path = join(folder, page.replaceAll(/\W/g, "-"), String(number), file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
        places.set(path, place);
      }
    }
  }
  const program = ts.createProgram([...places.keys()], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts", "lib.dom.asynciterable.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    module: ts.ModuleKind.NodeNext,
    strict: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  });
  return ts.getPreEmitDiagnostics(program).map((each) => {
    const { file, start } = each;
    if (!file) return message(each);
    const line = file.getLineAndCharacterOfPosition(start!).line + 1;
    return `${places.get(file.fileName) ?? relative(root, file.fileName)}, line ${line} of the block: ${message(each)}`;
  });
}

const message = ({ messageText }: ts.Diagnostic): string =>
  ts.flattenDiagnosticMessageText(messageText, "\n");

/** A block as not-run.ts names it. */
function nameOf(block: Block | Commands): string {
  return `${block.place.replace(/:\d+$/, "")} ${block.file ?? (isCommands(block) ? block.lines[0] : block.place)}`;
}

/** Lets at most `count` of the functions that it is given be at work at once. */
function turns(count: number): (work: () => Promise<void>) => Promise<void> {
  const lanes = Array.from({ length: count }, () => Promise.resolve());
  let next = 0;
  return (work) => {
    const lane = next++ % count;
    const turn = lanes[lane]!.then(work);
    lanes[lane] = turn.catch(() => undefined);
    return turn;
  };
}
