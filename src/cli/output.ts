/** Where a command writes: data to stdout; progress, notes and warnings to stderr, so that data can be piped on. */
import type { Environment } from "../core/node.ts";
import { type ProgressStream, styleOf } from "../progress/terminal.ts";

/** Version of the objects that `--json` prints. What is added does not change it; what is taken away or renamed does. */
export const jsonVersion = 1;

/** Colours that words are given on a terminal; each word also says what its colour does. */
const colours = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** The streams of a command. */
export interface CliOutput {
  /** Whether colours and lines that are drawn over are of use on stderr. */
  readonly live: boolean;
  /** Writes lines of data. */
  print(text: string): void;
  /** Writes an object for programs: one line of JSON. */
  json(value: object): void;
  /** Writes a line for people beside the data. */
  note(text: string): void;
  /** Draws a line over the one before; nothing where that cannot be done. */
  progress(text: string): void;
  /** The text in a colour, where data go to a terminal that has some. */
  paint(text: string, colour: keyof typeof colours): string;
}

/** CliOutput to two streams, as NO_COLOR, CI and TERM say. */
export function openCliOutput(stdout: ProgressStream, stderr: ProgressStream, env: Environment): CliOutput {
  const { color } = styleOf(stdout, env);
  const { live } = styleOf(stderr, env);
  let drawn = false;
  const clear = (): void => {
    if (drawn) stderr.write("\r\x1b[K");
    drawn = false;
  };
  const print = (text: string): void => {
    clear();
    stdout.write(`${text}\n`);
  };
  return {
    live,
    print,
    json: (value) => print(JSON.stringify({ version: jsonVersion, ...value })),
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!live) return;
      stderr.write(`\r${text.slice(0, Math.max(1, (stderr.columns || 80) - 1))}\x1b[K`);
      drawn = true;
    },
    paint: (text, colour) => (color ? `\x1b[${colours[colour]}m${text}\x1b[0m` : text),
  };
}
