/**
 * Whether batches mix classes. Files listed class by class and cut into batches give batches of one class, and a model
 * then learns whatever class came last; shuffling whole batches does not help.
 *
 * How sure one can be: of mixed samples, a class of share p fills the rest of a batch of n, after its first sample,
 * with a probability of pⁿ⁻¹. Multiplied over the batches so far, with the shares that make it largest, this bounds how
 * likely mixed samples would have given only batches of one class. The more classes and the larger the batches, the
 * sooner it is small; where one class is nearly all there is, or a batch is one sample, it stays large.
 */
import type { Labels } from "./trainable.ts";

/** Said once fewer than one mixed run in so many would look like this. */
const odds = 1e5;

/** Watches one output's labels, batch by batch. */
class OutputMix {
  readonly #rows = new Map<string, number>();
  #batches = 0;

  /** False once a batch mixes labels, or labels name no classes; a sentence once batches of one class are no accident. */
  see(labels: Labels): boolean | string {
    const { name, shape, values } = labels;
    const [rows = 0] = shape;
    if (!namesClasses(labels) || !allAlike(values, rows)) return false;
    this.#batches++;
    // Of a batch of one there is nothing to be learned.
    if (rows < 2) return true;
    const label = classOf(labels);
    this.#rows.set(label, (this.#rows.get(label) ?? 0) + rows - 1);
    if (surprise([...this.#rows.values()]) < Math.log(odds)) return true;
    const classes = [...this.#rows.keys()];
    const shown = `${classes.slice(0, 4).join(", ")}${classes.length > 4 ? ", …" : ""}`;
    return `Each of the ${this.#batches} batches so far holds one class only in y's ${name}, but not always the same one (${shown}), so the model hardly learns to tell them apart. Most likely a list sorted by class was cut into batches, and \`shuffle\` of a loader or of fit changes the order of whole batches only. Shuffle the samples: batches(dataset, { batchSize, shuffle: true }), or, once, the list itself: createRandom(seed).shuffle(samples).`;
  }
}

/** Watches the batches of a run until each output has had a mixed one. */
export class ClassMix {
  #outputs: (OutputMix | undefined)[] | undefined;
  #over = false;

  /** Whether there is nothing more to be seen. */
  get over(): boolean {
    return this.#over;
  }

  /** Looks at the labels of the next batch; a warning, at most once, where batches of one class are no accident. */
  see(labels: readonly Labels[]): string | undefined {
    this.#outputs ??= labels.map(() => new OutputMix());
    for (const [i, output] of this.#outputs.entries()) {
      const seen = output?.see(labels[i]!) ?? false;
      if (typeof seen === "string") {
        this.#over = true;
        return seen;
      }
      if (!seen) this.#outputs[i] = undefined;
    }
    this.#over = this.#outputs.every((output) => output === undefined);
    return undefined;
  }
}

/** How unlikely it is, as minus the logarithm of the probability, that each of `rows` fell to its own class by chance. */
function surprise(rows: readonly number[]): number {
  const all = rows.reduce((sum, count) => sum + count, 0);
  return rows.reduce((sum, count) => sum - count * Math.log(count / all), 0);
}

function namesClasses({ form, classes, values, shape }: Labels): boolean {
  if (form === "several") return false;
  if (classes !== undefined) return classes;
  // Under a loss of the user's own, one-hot rows are classes, and numbers that have a dtype of whole ones.
  return form === "row" ? isOneHot(values, shape) : !isFloat(values);
}

function isFloat(values: ArrayLike<number>): boolean {
  return values instanceof Float32Array || values instanceof Float64Array;
}

function isOneHot(values: ArrayLike<number>, [rows = 0, columns = 0]: readonly number[]): boolean {
  let ones = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 1) ones++;
    else if (values[i] !== 0) return false;
  }
  return columns > 1 && ones === rows;
}

/** Whether all rows are the first one again. */
function allAlike(values: ArrayLike<number>, rows: number): boolean {
  const columns = values.length / rows;
  for (let i = columns; i < values.length; i++) if (values[i] !== values[i - columns]) return false;
  return true;
}

/** The class of the first row: its number, the place of its largest value, or, where several are as large, all of it. */
function classOf({ values, shape: [rows = 1] }: Labels): string {
  const row = Array.from({ length: values.length / rows }, (_, i) => values[i]!);
  if (row.length === 1) return String(row[0]);
  const largest = row.reduce((most, value) => Math.max(most, value));
  const place = row.indexOf(largest);
  return row.lastIndexOf(largest) === place ? String(place) : `[${row.join(", ")}]`;
}
