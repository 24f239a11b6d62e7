/** What all readers of one or many files are: the files' rows, one after the other, as a Sequence of samples. */
import { lasting } from "../bytes/open.ts";
import { indexError } from "../core/check.ts";
import { partOf } from "../core/search.ts";
import type { Context } from "../sequence/context.ts";
import { identify } from "../sequence/identity.ts";
import { type Awaitable, nameOf, type Returned, Sequence } from "../sequence/sequence.ts";
import type { DataFile } from "./data-file.ts";
import { shared } from "./memory.ts";

/**
 * A data set in one or many files. A subclass says how a row is read.
 *
 * @typeParam S the sample
 */
export abstract class DataReader<S> extends Sequence<S> {
  /** The files, in order. */
  readonly files: readonly DataFile[];
  /** The number of the first row of each file, and behind them of all rows. */
  readonly starts: Float64Array;

  /** @param counts rows of each file */
  constructor(files: readonly DataFile[], counts: readonly number[]) {
    super();
    this.files = files;
    this.starts = shared(Float64Array, counts.length + 1);
    counts.forEach((count, file) => {
      this.starts[file + 1] = this.starts[file]! + count;
    });
  }

  /** What names its data: files and their versions, whatever asks for them today. @internal */
  [identify](): object {
    const files = this.files.map(({ where, byteLength, version }) => ({
      where: lasting(where),
      byteLength,
      version,
    }));
    return { ...this, files };
  }

  get length(): number {
    return this.starts[this.starts.length - 1]!;
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<S>>> {
    // The name of a class is dear, and asked for where it is needed.
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw indexError(nameOf(this), index, this.length);
    const file = this.fileOf(index);
    return this.read(file, index - this.starts[file]!, context) as Awaitable<Returned<S>>;
  }

  /** The sample in row `row` of file number `file`: at once where the file is local. */
  protected abstract read(file: number, row: number, context: Context): Awaitable<S>;

  /** The number of the file that row `index` is in. */
  protected fileOf(index: number): number {
    return partOf(this.starts, index);
  }
}
