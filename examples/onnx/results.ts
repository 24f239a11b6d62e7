/**
 * Results as JSON lines that survive whatever ends the program: no row is lost, none comes twice.
 *
 * Rows are appended first; then a note of how far that was, the loader's state with the length of the file, is replaced
 * in one step. Rows beyond the note belong to batches that are about to be run again, so they are cut off.
 */
import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import type { LoaderState, Tensor } from "epochal";

/** How far the file is known to be good. */
interface Note {
  readonly state: LoaderState;
  readonly bytes: number;
}

/** A file of results. */
export class Results {
  readonly file: string;
  #note: Note | undefined;

  /** Goes on with `file`, where there is a note of it; else begins it. */
  constructor(file: string) {
    this.file = file;
    if (existsSync(this.#noteFile)) {
      this.#note = JSON.parse(readFileSync(this.#noteFile, "utf8"));
      truncateSync(file, this.#note!.bytes);
    } else writeFileSync(file, "");
  }

  /** Where the loader has to go on; undefined at the beginning. */
  get state(): LoaderState | undefined {
    return this.#note?.state;
  }

  /** Whether all rows are there. */
  get done(): boolean {
    return this.state?.epoch === 1;
  }

  /** Appends rows, after which the loader stands at `state`. */
  async append(rows: readonly object[], state: LoaderState): Promise<void> {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await appendFile(this.file, text);
    this.#note = { state, bytes: (this.#note?.bytes ?? 0) + Buffer.byteLength(text) };
    writeFileSync(`${this.#noteFile}.new`, JSON.stringify(this.#note));
    renameSync(`${this.#noteFile}.new`, this.#noteFile);
  }

  get #noteFile(): string {
    return `${this.file}.state.json`;
  }
}

/** Names of classes by their numbers, as `config.json` has them. */
export type Labels = Readonly<Record<string, string>>;

/** The likeliest class of each row of logits [n, classes], and its share of all. */
export function classify(
  { data, shape }: Tensor<"float32">,
  labels: Labels,
): { label: string; score: number }[] {
  const [rows, classes] = shape as [number, number];
  return Array.from({ length: rows }, (_, i) => {
    const logits = data.subarray(i * classes, (i + 1) * classes);
    const largest = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    return { label: labels[logits.indexOf(largest)]!, score: Number((1 / sum).toFixed(4)) };
  });
}
