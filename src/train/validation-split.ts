/** Why `validationSplit` is refused, and what to write for the data that were given. */
import { OptionError } from "../core/errors.ts";
import { isDataLoader } from "../loader/data-loader.ts";
import { BatchSequence } from "../sequence/batching/batches.ts";
import { isCombinator } from "../sequence/combinator.ts";
import { isSequence } from "../sequence/sequence.ts";
import { isTensor } from "../tensor/tensor.ts";
import { isArrays } from "./data/arrays.ts";

/**
 * Refuses Keras' option, which takes the last rows of arrays.
 *
 * @throws OptionError if `options` have it, with the lines that split such data.
 */
export function refuseValidationSplit(data: unknown, options: unknown): void {
  const { validationSplit: given } = (options ?? {}) as { readonly validationSplit?: unknown };
  if (given === undefined) return;
  const share = typeof given === "number" && given > 0 && given < 1 ? given : 0.2;
  throw new OptionError(
    `fit has no option \`validationSplit\`: \`split\` of epochal/data cuts any data, at random, the same on every machine. ${adviceFor(data, share)}`,
  );
}

function adviceFor(data: unknown, share: number): string {
  if (isArrays(data)) {
    const parts = Array.isArray(data) && !isTensor(data) ? data.length : 1;
    const row = ["x", "y", "sampleWeight"].slice(0, parts).map((name) => `row(${name}, i)`);
    const item = parts === 1 ? row : `[${row.join(", ")}]`;
    return `Write, for tensors: const row = ({ data, shape: [n, ...shape], dtype }, i) => ({ data: data.slice((i * data.length) / n, ((i + 1) * data.length) / n), shape, dtype }); ${lines(`{ length: x.shape[0], getItem: (i) => ${item} }`, `validation: ${share}`)}`;
  }
  if (isSequence(data) && !isCombinator(data))
    return `Write: const { train, validation } = split(sequence, { validation: ${share} }); await fit(model, train, { validationData: validation }); (Of whole batches: where these share samples, split what they are made of.)`;
  if (isDataLoader(data)) return `Split what the loader loads. ${ofSamples(undefined, share)}`;
  if (isSequence(data) || typeof (data as { readonly getItem?: unknown } | null)?.getItem === "function")
    return ofSamples(data, share);
  return "A stream has no index to split by: give `validationData` from a source of their own.";
}

/** What to write for samples, or batches of them. */
function ofSamples(data: unknown, share: number): string {
  const { dataset, batchSize, shuffle } =
    data instanceof BatchSequence ? data : { dataset: data, batchSize: 32, shuffle: true };
  const hasLabels = ArrayBuffer.isView((dataset as { readonly labels?: unknown } | undefined)?.labels);
  const options = `validation: ${share}${hasLabels ? ", stratify: dataset.labels" : ""}`;
  return `Write: ${lines("dataset", options, batchSize, shuffle)}`;
}

function lines(dataset: string, options: string, batchSize: number = 32, shuffle: boolean = true): string {
  return `const { train, validation } = split(${dataset}, { ${options} }); await fit(model, batches(train, { batchSize: ${batchSize}${shuffle ? ", shuffle: true" : ""} }), { validationData: batches(validation, { batchSize: ${batchSize} }) });`;
}
