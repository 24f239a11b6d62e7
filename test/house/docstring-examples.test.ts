/** What an editor shows as an example of a public name is TypeScript that the compiler takes. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";
import { root } from "./modules.ts";
import { compile, entryPoints, pathOf, resolve } from "./program.ts";

/** What examples speak of without saying what it is. */
const standIns = `
import type { LayersModel } from "@tensorflow/tfjs";
import type { JaxArray } from "./src/adapters/jax/index.ts";
import type { OrtTensor } from "./src/adapters/onnx/index.ts";
import type { fromTfjs } from "./src/adapters/tfjs/index.ts";
import type { Image } from "./src/image/index.ts";
import type { DataLoader, Dataset, Random, Sequence, Tensor } from "./src/index.ts";

declare global {
  type Floats = Tensor<"float32">;
  type Pair = [x: Image, y: Floats];
  type Pairs = Sequence<[x: Floats, y: Floats]>;
  const all: Pairs, day: Pairs, night: Pairs, web: Pairs, books: Pairs, train: Pairs, test: Pairs;
  const parts: Pairs[];
  const images: Sequence<Pair>, masks: Sequence<Image>;
  const loader: DataLoader<[x: Floats, y: Floats]>;
  function augment<B>(batch: B): B;
  function step(...batch: readonly unknown[]): number;

  const dataset: Dataset<Floats> & { readonly labels: readonly number[] };
  const photos: Dataset<Image>, tokens: Dataset<Tensor<"int32">>, texts: readonly string[];
  const weights: readonly number[];
  const reviews: Sequence<{ text: string; label: number }>, pictures: Sequence<[x: Image, label: number]>;
  const sensors: Floats, pressure: Floats;
  const tokenizer: { readonly padId: number };
  const sensor: {
    read(options: { signal: AbortSignal }): AsyncIterable<{ window: Floats; label: Floats }>;
  };

  class Worker {
    constructor(url: URL, options: { type: "module" });
    postMessage(message: unknown): void;
    terminate(): void;
  }

  const file: string, files: string[], labels: number[];
  const image: Image, bytes: Uint8Array, random: Random, error: unknown;
  class CIFAR10Sequence extends Sequence<Pair> {
    constructor(files: string[], labels: number[], batchSize: number);
    readonly length: number;
    getItem(index: number): Pair;
  }
  function readdirSync(path: string): string[];

  const tf: typeof import("@tensorflow/tfjs");
  const model: LayersModel;
  const x: Floats, y: Floats, xTest: Floats, yTest: Floats;
  const predictions: Parameters<typeof fromTfjs>[0] & JaxArray;
  const probabilities: OrtTensor;
}
`;

const folder = fileURLToPath(root);
const { checker, files, options } = compile();

/** As in a program of the reader's: what an example leaves unused is no mistake of it. */
const compilerOptions: ts.CompilerOptions = {
  ...options,
  types: ["node"],
  noUnusedLocals: false,
  noUnusedParameters: false,
  verbatimModuleSyntax: false,
  isolatedDeclarations: false,
  declaration: false,
  composite: false,
};

/** Names that can be imported, each with the module of the first entry point that has it. */
const importable = new Map<string, string>();

/** The code of each example, with the name that it is about and the module of the entry point that has it. */
const examples = new Map<
  string,
  { readonly name: string; readonly specifier: string; readonly module: string }
>();
for (const [specifier, module] of entryPoints()) {
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(files.get(module)!)!)) {
    if (!importable.has(exported.name)) importable.set(exported.name, module);
    for (const declaration of resolve(checker, exported).declarations ?? []) {
      if (!files.has(pathOf(declaration))) continue;
      for (const { tagName, comment } of ts.getJSDocTags(declaration))
        if (tagName.text === "example")
          examples.set(ts.getTextOfJSDocComment(comment) ?? "", { name: exported.name, specifier, module });
    }
  }
}

/** An example as a module that imports what it names. An ellipsis stands for code of the reader's. */
function moduleOf(example: string, about: string, its: string): string {
  // What it imports of the package itself is imported from the source below.
  const code = example.replace(/^import .* from "epochal[^"]*";\n/gm, "");
  // `files` are a list of the reader's, unless they are called.
  const isOurs = (name: string): boolean => name !== "files" || /\bfiles\(/.test(code);
  const imports = [...new Set(code.match(/(?<![.\w])[A-Za-z]\w*/g))]
    .filter(
      (name) => importable.has(name) && isOurs(name) && !new RegExp(`(class|const) ${name}\\b`).test(code),
    )
    .map((name) => `import { ${name} } from "./${name === about ? its : importable.get(name)}";`);
  return [...imports, code.replaceAll("…", ""), "export {};"].join("\n");
}

it("of public names compile", () => {
  const modules = new Map([[`${folder}stand-ins.ts`, standIns]]);
  const names = new Map<string, string>();
  for (const [code, { name, specifier, module }] of examples) {
    const path = `${folder}example-${modules.size}.ts`;
    modules.set(path, moduleOf(code, name, module));
    names.set(path, `${name} of ${specifier}`);
  }
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.getSourceFile = (path, version, ...rest) =>
    modules.has(path)
      ? ts.createSourceFile(path, modules.get(path)!, version)
      : getSourceFile(path, version, ...rest);
  const program = ts.createProgram([...modules.keys()], compilerOptions, host);
  const problems = [...modules.keys()].flatMap((path) => {
    const file = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) =>
        `${names.get(path) ?? "stand-ins"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
  expect(names.size).toBeGreaterThan(50);
  expect(problems).toEqual([]);
});
