/** What the compiler says of a program that goes wrong, in our words where there is something to do. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const path = fileURLToPath(new URL("message.ts", import.meta.url));

const head = `
import type { LayersModel } from "@tensorflow/tfjs";
import { batches, concat, DataLoader, map, mix, Sequence, tensor, type Tensor, zip } from "../../src/index.ts";
import { evaluate, fit } from "../../src/adapters/tfjs/index.ts";
declare const model: LayersModel;
declare const train: Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]>;
class Points { length = 3; getItem(i: number) { return [tensor([i]), tensor(i, "int32")]; } }
class Late { length = 3; async getItem(i: number) { return [tensor([i]), tensor(i, "int32")]; } }
const points = { length: 3, getItem: (i: number) => [tensor([i]), tensor(i, "int32")] };
const rows = { length: 3, getItem: (i: number) => tensor(i) };
const swap = ([x, y]: [Tensor<"float32">, Tensor<"int32">]) => [y, x];
const one = { batchSize: 1 };
`;

const programs = {
  "a class without a return type": "fit(model, batches(new Points(), one))",
  "an async class without a return type": "fit(model, batches(new Late(), one))",
  "a dataset in a constant": "fit(model, batches(points, one))",
  "batches of it": "batches(points, one)",
  "a loader over it": "fit(model, new DataLoader(batches(points, one)))",
  "validation data": "fit(model, train, { validationData: batches(points, one) })",
  "data to evaluate": "evaluate(model, batches(points, one))",
  "a function in a constant": "fit(model, map(train, swap))",
  "a record": "fit(model, map(train, ([x, y]) => ({ x, y })))",
  "samples that are in no batches": "fit(model, new Points())",
  "an option that is not there": "batches(new Points(), { batchSize: 1, batchsize: 1 })",
  "an option that is not there, of a sequence": "batches(train, { batchSize: 1, batchsize: 1 })",
  "a loader's option that is not there": "new DataLoader(train, { shufle: true })",
  "a loader's option that is not there, of samples": "new DataLoader(rows, { batchSize: 1, dropLst: true })",
  "a loader's option of another kind": "new DataLoader(train, { shuffle: 10 })",
  "a loader of samples without a return type": "new DataLoader(new Points(), one)",
  "a loader of neither": "new DataLoader([1, 2, 3])",
  "a loader of neither, with options": "new DataLoader([1, 2, 3], one)",
  "a loader of samples without options": "new DataLoader(rows)",
  "a loader's batches of another type": "new DataLoader<string>(train)",
  "a loader's batches of another type, of samples": "new DataLoader<string>(rows, one)",
  "a loader of samples": "new DataLoader(rows, { ...one, collate: (all) => all.length satisfies number })",
  "sequences in a list": "concat([train, train])",
  "zipped sequences in a list": "zip([train, train])",
  "mixed sequences in a list": "mix([train, train], { weights: [1, 2] })",
  "what fits": "fit(model, batches({ length: 3, getItem: async (i: number) => [tensor([i]), i] }, one))",
};

/** What the compiler says to each program, one line of each. */
const said = messages(Object.values(programs).map((line) => `void ${line};`));

function messages(lines: readonly string[]): string[] {
  const text = head + lines.join("\n");
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    config.config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === path ? ts.createSourceFile(name, text, target) : getSourceFile(name, target, ...rest);
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path)!;
  const first = head.split("\n").length - 1;
  const found = lines.map(() => "");
  for (const { start, messageText } of program.getSemanticDiagnostics(source)) {
    const { line } = source.getLineAndCharacterOfPosition(start!);
    found[line - first] += ts.flattenDiagnosticMessageText(messageText, "\n");
  }
  return found;
}

const tuple = /annotate getItem's return as a tuple/;
const oneByOne = /give sequences one by one, \(a, b\), or of a list \(\.\.\.list\)/;
const expected: Readonly<Record<keyof typeof programs, RegExp>> = {
  "a class without a return type": tuple,
  "an async class without a return type": tuple,
  "a dataset in a constant": tuple,
  "batches of it":
    /annotate getItem's return as a tuple, getItem\(i: number\): \[x: Tensor, y: number\], or end it with `as const`/,
  "a loader over it": tuple,
  "validation data": tuple,
  "data to evaluate": tuple,
  "a function in a constant": tuple,
  "a record": /Its batches must be \[x, y\] or \[x, y, sampleWeight\] of tensors,/,
  "samples that are in no batches": /must be a Sequence, as batches\(dataset, \{ batchSize \}\) makes/,
  "an option that is not there": /'batchsize' does not exist.*Did you mean to write 'batchSize'/,
  "an option that is not there, of a sequence":
    /'batchsize' does not exist.*Did you mean to write 'batchSize'/,
  "a loader's option that is not there":
    /^Object literal may only .*'shufle' does not exist in type 'DataLoaderOptions'. Did you mean to write 'shuffle'\?$/,
  "a loader's option that is not there, of samples":
    /^Object literal may only .*'dropLst' does not exist.* Did you mean to write 'dropLast'\?$/,
  "a loader's option of another kind": /^Type 'number' is not assignable to type 'boolean \| undefined'\.$/,
  "a loader of samples without a return type": tuple,
  "a loader of neither": /^Argument of type 'number\[\]'.*\n.*'getItem' is missing/,
  "a loader of neither, with options": /^Argument of type 'number\[\]'.*\n.*'getItem' is missing/,
  "a loader of samples without options": /^Expected 2 arguments, but got 1\.$/,
  "a loader's batches of another type":
    /^Argument of type .* parameter of type 'MadeBatches<string, boolean>'/,
  "a loader's batches of another type, of samples": /^Argument of type .*'MadeBatches<string, boolean>'/,
  "a loader of samples": /^$/,
  "sequences in a list": oneByOne,
  "zipped sequences in a list": oneByOne,
  "mixed sequences in a list": oneByOne,
  "what fits": /^$/,
};

describe("the compiler", () => {
  it.each(Object.keys(programs).map((name, i) => [name, said[i]!] as const))("on %s", (name, message) => {
    expect(message).toMatch(expected[name as keyof typeof programs]);
  });
});
