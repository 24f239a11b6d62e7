/** What an editor shows when one points at a name: TypeScript's own language service is asked, over hover.ts. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = fileURLToPath(new URL("hover.ts", import.meta.url));

/** What is shown at each name of the program that has a mark before it. */
function hovers(): string[] {
  const service = ts.createLanguageService(createHost());
  const marked = [...readFileSync(program, "utf8").matchAll(/\/\*\?\*\/ ?(?=\w)/g)];
  return marked.map(({ index, 0: mark }) => {
    const { displayParts = [] } = service.getQuickInfoAtPosition(program, index + mark.length) ?? {};
    return ts.displayPartsToString([...displayParts]).split("\nimport ")[0]!;
  });
}

function createHost(): ts.LanguageServiceHost {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    config.config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  );
  return {
    readFile: ts.sys.readFile,
    fileExists: ts.sys.fileExists,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    getScriptFileNames: () => [program],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  };
}

it("shows the batch at a loader, and short types everywhere", () => {
  const shown = hovers();
  expect(shown).toMatchInlineSnapshot(`
    [
      "const loader: DataLoader<[x: Tensor<"float32">, y: Tensor<"int32">]>",
      "(alias) new DataLoader<[x: Tensor<"float32">, y: Tensor<"int32">], boolean>(of: MadeBatches<[x: Tensor<"float32">, y: Tensor<"int32">], boolean>, options?: DataLoaderOptions | undefined): DataLoader<[x: Tensor<"float32">, y: Tensor<"int32">]> (+1 overload)",
      "const batch: [x: Tensor<"float32">, y: Tensor<"int32">] & Disposable",
      "const x: Tensor<"float32">",
      "const y: Tensor<"int32">",
      "const photo: {
        image: Tensor<"uint8">;
        file: string;
    } & Disposable",
      "const half: Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]>",
      "const named: Sequence<{
        image: Tensor<"float32">;
        label: Tensor<"int32">;
    }>",
      "const sides: Sequence<[[x: Tensor<"float32">, y: Tensor<"int32">], {
        image: Tensor<"float32">;
        label: Tensor<"int32">;
    }]>",
      "const digitBatches: Sequence<[image: Tensor<"float32">, label: Tensor<"float32">]>",
      "const stream: Stream<[x: Tensor<"float32">]>",
      "const history: History",
      "(alias) fit<[x: Tensor<"float32">, y: Tensor<"int32">], [x: Tensor<"float32">, y: Tensor<"int32">]>(model: LayersModel, data: TrainBatch | DatasetLike | NativeBatch | BatchSource<[x: Tensor<"float32">, y: Tensor<"int32">]> | Stream<[x: Tensor<"float32">, y: Tensor<"int32">]>, options?: FitOptions<TestData<[x: Tensor<"float32">, y: Tensor<"int32">]>>): Promise<History>",
      "const scores: Logs",
      "const predictions: Tensor<"float32">",
    ]
  `);
  // Nothing of the machinery behind the types.
  expect(shown.join("\n")).not.toMatch(/Delivered|Leased|Returned|Check<|NoInfer|keyof| extends /);
});
