/** The demo's command line. */
import { parseArgs } from "node:util";

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
  readonly help: boolean;
}

export const usage = `Trains a small convolutional network on a folder of images, loaded by worker threads.

  npm run demo                           ten classes of drawn shapes, made on the first run
  npm run demo -- --data FOLDER          FOLDER/train/<class>/* and FOLDER/test/<class>/*,
                                         or FOLDER/<class>/*, of which a fifth is kept for testing

  --data FOLDER      where the images are
  --size PIXELS      height and width they are resized to (32)
  --batch-size N     images in a batch (32)
  --epochs N         how often every image is seen (5, with --data 6)
  --workers N        worker threads that load batches; 0 loads in the main thread (2)
  --seed N           what order, split, drawing and mirroring are drawn from (7)
  --verbose 0|1|2    nothing, a progress bar, or one line an epoch (1)
  --help             this text

Ctrl-C ends the run after the present step.`;

/** An error of the person at the keyboard: shown as one sentence, without a stack. */
export class UsageError extends Error {}

/** Reads the command line; throws a {@link UsageError} that says what is wrong. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const values = parse(args);
  const verbose = number("verbose", values.verbose, 0, 2);
  return {
    data: values.data,
    size: number("size", values.size, 8, 1024),
    batchSize: number("batch-size", values["batch-size"], 1, 65536),
    epochs: number("epochs", values.epochs ?? (values.data === undefined ? "5" : "6"), 1, 100000),
    workers: number("workers", values.workers, 0, 1024),
    seed: number("seed", values.seed, 0, 2 ** 32 - 1),
    verbose: verbose as 0 | 1 | 2,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: "string" },
        size: { type: "string", default: "32" },
        "batch-size": { type: "string", default: "32" },
        epochs: { type: "string" },
        workers: { type: "string", default: "2" },
        seed: { type: "string", default: "7" },
        verbose: { type: "string", default: "1" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (cause) {
    const [sentence] = (cause as Error).message.split(". ");
    throw new UsageError(`${sentence}. See npm run demo -- --help.`, { cause });
  }
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, got ${JSON.stringify(text)}.`);
}
