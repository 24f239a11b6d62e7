/**
 * Whether batches mix classes. Files listed class by class and cut into batches give batches of one class, and a model
 * then learns whatever class came last; shuffling whole batches does not help. The batch at a border of two classes
 * mixes them, so a few that mix are borne.
 *
 * How sure one can be: let the batches of one class be known, and the first sample of each. Mixed samples can be
 * exchanged, so every order of the other samples of these batches was as likely as the one that gave each its own
 * class, and there are r! / (r₁! r₂! …) orders of r samples, rᵢ of class i. Which batches mix is not known: each way is
 * given a share of the chance, by Laplace's rule: the next batch mixes with a probability of (mixed + 1) /
 * (batches + 2). The product of the share and the count of orders is, on average over mixed runs, at most 1 after every
 * batch, and reaches `odds` in fewer than one run of so many, however long one looks (Ville's inequality).
 *
 * The more classes and the larger the batches, the sooner it does; where one class is nearly all there is, or a batch
 * is one sample, it does not.
 */
import type { Labels } from "./trainable.ts";

/** Said once fewer than one mixed run in so many would look like this. */
const odds = 1e5;

/** So many mixed batches are borne. Mixed samples are seen to be so by then, and sorted ones nearly always, too. */
const mostMixed = 16;

/** So many batches are looked at. */
const mostBatches = 10_000;

/** Watches one output's labels, batch by batch. */
class OutputMix {
  /** Samples by class in batches of one class, without the first one of each batch. */
  readonly #rows = new Map<string, number>();
  #allRows = 0;
  #batches = 0;
  #mixed = 0;
  #pass = 0;
  /** The logarithm of what mixed samples bring to `odds` but once in so many runs. */
  #surprise = 0;

  /** False once enough was seen, or labels name no classes; a sentence once batches of one class are no accident. */
  see(labels: Labels, pass: number): boolean | string {
    const { shape, values } = labels;
    const [rows = 0] = shape;
    if (!namesClasses(labels) || this.#batches === mostBatches) return false;
    // The next pass may bring the same batches again, and those that are of one class by chance prove nothing twice.
    if (this.#mixed > 0 && pass !== this.#pass) return false;
    this.#pass = pass;
    this.#batches++;
    // Of a batch of one there is nothing to be learned.
    if (rows < 2) return true;
    const alike = allAlike(values, rows);
    if (!alike) this.#mixed++;
    const ofOne = this.#batches - this.#mixed;
    this.#surprise += Math.log((alike ? ofOne : this.#mixed) / (this.#batches + 1));
    if (!alike) return this.#mixed < mostMixed;
    this.#count(classOf(labels), rows - 1);
    return this.#surprise < Math.log(odds) || this.#say(labels.name);
  }

  #count(label: string, rows: number): void {
    let own = this.#rows.get(label) ?? 0;
    for (let row = 0; row < rows; row++) this.#surprise += Math.log(++this.#allRows / ++own);
    this.#rows.set(label, own);
  }

  #say(name: string): string {
    const batches = this.#batches;
    const which = this.#mixed
      ? `${batches - this.#mixed} of the ${batches} batches so far hold`
      : `Each of the ${batches} batches so far holds`;
    const classes = [...this.#rows.keys()];
    const shown = `${classes.slice(0, 4).join(", ")}${classes.length > 4 ? ", …" : ""}`;
    return `${which} one class only in y's ${name}, but not always the same one (${shown}), so the model hardly learns to tell them apart. Most likely a list sorted by class was cut into batches. \`shuffle\` of a loader or of fit does not help a Sequence of your own, as it changes the order of whole batches only. Shuffle the samples: batches(dataset, { batchSize, shuffle: true }), or, once, the list itself: createRandom(seed).shuffle(samples).`;
  }
}

/** Watches the batches of a run until each output is known to mix, or one not to. */
export class ClassMix {
  #outputs: (OutputMix | undefined)[] | undefined;
  #over = false;

  /** Whether there is nothing more to be seen. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Looks at the labels of the next batch, which is of the pass of this number through the data; a warning, at most
   * once, where batches of one class are no accident.
   */
  see(labels: readonly Labels[], pass: number): string | undefined {
    this.#outputs ??= labels.map(() => new OutputMix());
    for (const [i, output] of this.#outputs.entries()) {
      const seen = output?.see(labels[i]!, pass) ?? false;
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
  const index = row.indexOf(largest);
  return row.lastIndexOf(largest) === index ? String(index) : `[${row.join(", ")}]`;
}
