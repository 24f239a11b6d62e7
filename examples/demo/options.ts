/** The demo's command line. */
import { number, parse } from "./program.ts";

/** What the demo was asked for. */
export interface DemoOptions {
  /** Folder of images; undefined for the drawn ones. */
  readonly data: string | undefined;
  readonly size: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly workers: number;
  readonly seed: number;
  readonly verbose: 0 | 1 | 2;
  /** File to save to, and to go on from; of the jax-js example. */
  readonly checkpoint: string | undefined;
  readonly help: boolean;
}

/** What `--help` says. */
export const usage = `Trains a small convolutional network on a folder of images, loaded by worker threads.
Options, after "npm run demo --" or of the jax-js example:

  --data FOLDER      FOLDER/train/<class>/* and FOLDER/test/<class>/*, or FOLDER/<class>/*, of which a fifth is
                     kept for testing; without it, ten classes of drawn shapes, made on the first run
  --size PIXELS      height and width they are resized to (32)
  --batch-size N     images in a batch (32)
  --epochs N         how often every image is seen (5, with --data 6)
  --workers N        worker threads that load batches; 0 loads in the main thread (2)
  --seed N           what order, split, drawing and mirroring are drawn from (7)
  --verbose 0|1|2    nothing, a progress bar, or one line an epoch (1)
  --checkpoint FILE  where the jax-js example saves, and goes on from when it is started again
  --help             this text

Ctrl-C ends the run after the present step.`;

/** Reads the command line; throws a `UsageError` that says what is wrong. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parse({
    args: [...args],
    options: {
      data: { type: "string" },
      size: { type: "string", default: "32" },
      "batch-size": { type: "string", default: "32" },
      epochs: { type: "string" },
      workers: { type: "string", default: "2" },
      seed: { type: "string", default: "7" },
      verbose: { type: "string", default: "1" },
      checkpoint: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const verbose = number("verbose", values.verbose, 0, 2);
  return {
    data: values.data,
    size: number("size", values.size, 8, 1024),
    batchSize: number("batch-size", values["batch-size"], 1, 65536),
    epochs: number("epochs", values.epochs ?? (values.data === undefined ? "5" : "6"), 1, 100000),
    workers: number("workers", values.workers, 0, 1024),
    seed: number("seed", values.seed, 0, 2 ** 32 - 1),
    verbose: verbose as 0 | 1 | 2,
    checkpoint: values.checkpoint,
    help: values.help,
  };
}
