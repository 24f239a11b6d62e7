import { checkBoolean, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { warn } from "../../core/warn.ts";
import { Callback } from "../callback.ts";
import { appendWhole } from "../files/append-file.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import { cannotRead } from "../files/file-error.ts";
import { makeFolder } from "../files/folder.ts";
import type { Logs } from "../logs.ts";
import { type CsvRecord, formatCsv, parseCsv } from "./csv.ts";

/** Options of {@link CSVLogger}. */
export interface CSVLoggerOptions {
  /** Between two columns. Default a comma. */
  readonly separator?: string;
  /** Add to a file that is there, without a second header; otherwise it is written anew. Default false. */
  readonly append?: boolean;
}

/**
 * Writes a line of numbers for each epoch to a CSV file, as in Keras: the epoch from 0, then the metrics by name.
 *
 * The columns are those of the first epoch; a metric that comes later (validation every second epoch) needs
 * `validationFreq` to include the first, or is left out with a warning. One that is missing is written as `NA`. A run
 * that is resumed goes on in the same file: lines of epochs that it runs again are dropped, as is a last line that was
 * cut off, so each epoch of the run has one line.
 *
 * @example
 * new CSVLogger("run/log.csv", { separator: ";" })
 */
export class CSVLogger extends Callback {
  readonly #filename: string | URL;
  readonly #separator: string;
  readonly #append: boolean;
  #columns: readonly string[] | undefined;
  #warned = false;
  /** Records of the file, the header included, that are this run's past; all that there are where undefined. */
  #kept: number | undefined;
  /** Records of the file by now. */
  #records = 0;
  /** What ends a line in the file, once this run has written to it. */
  #lineBreak: string | undefined;

  /** @throws OptionError if an option is none of these. */
  constructor(filename: string | URL, options: CSVLoggerOptions = {}) {
    super();
    if (filename === "" || (typeof filename !== "string" && !(filename instanceof URL))) {
      throw new OptionError(`CSVLogger: \`filename\` must be a path, got ${show(filename)}.`);
    }
    checkKnown("CSVLogger", options, ["separator", "append"]);
    const { separator = ",", append = false } = options;
    if (typeof separator !== "string" || separator.length === 0 || /["\r\n]/.test(separator)) {
      throw new OptionError(
        `CSVLogger: \`separator\` must be a character such as ",", got ${show(separator)}.`,
      );
    }
    checkBoolean("append", append);
    this.#filename = filename;
    this.#separator = separator;
    this.#append = append;
  }

  override async onTrainBegin(): Promise<void> {
    this.#columns = undefined;
    this.#warned = false;
    this.#lineBreak = undefined;
    this.#kept = this.#append ? undefined : 0;
    this.#records = this.#append ? (await this.#read(await this.#path())).records.length : 0;
  }

  /** @throws FileError if its folder cannot be made, or the file cannot be read or written. */
  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const path = await this.#path();
    const line = (): string => `${this.#format(this.#row(epoch, logs))}${this.#lineBreak}`;
    if (this.#lineBreak === undefined) await this.#begin(path, logs, line);
    else await appendWhole(path, new TextEncoder().encode(line()));
    this.#records++;
  }

  /** A run that was over when it was resumed has no line to write, and still drops what is not its own. */
  override async onTrainEnd(): Promise<void> {
    if (this.#kept && this.#lineBreak === undefined) await this.#begin(await this.#path(), {}, () => "");
  }

  override getState(): { readonly columns: readonly string[] | null; readonly records: number } {
    return { columns: this.#columns ?? null, records: this.#records };
  }

  override setState(state: unknown): void {
    const { columns, records } = state as ReturnType<CSVLogger["getState"]>;
    this.#columns = columns ?? undefined;
    this.#records = records;
    this.#kept = records;
  }

  /** Writes the first line of a run, and what of the file stays before it, as one. */
  async #begin(path: string, logs: Logs, line: () => string): Promise<void> {
    const { text, records, plain } = await this.#read(path);
    const kept = records.slice(0, this.#kept);
    const [header] = kept;
    // What the file has says where numbers belong, also where it is another file than before.
    this.#columns = header?.cells.slice(1) ?? this.#columns ?? Object.keys(logs).sort();
    const lineBreak = header && text.includes("\r\n") ? "\r\n" : "\n";
    const lines = header ? kept.map((record) => record.text) : [this.#format(["epoch", ...this.#columns])];
    const before = lines.map((one) => one + lineBreak).join("");
    this.#lineBreak = lineBreak;
    this.#records = lines.length;
    const encoder = new TextEncoder();
    await makeFolder(await folderOf(path));
    // What is no file, such as a terminal, only takes more.
    if (!plain) await appendWhole(path, encoder.encode(before + line()));
    else if (before === text) await appendWhole(path, encoder.encode(line()));
    else await writeAtomically(path, [encoder.encode(before + line())]);
  }

  #row(epoch: number, logs: Logs): readonly string[] {
    const columns = this.#columns!;
    const missed = Object.keys(logs).filter((name) => !columns.includes(name));
    if (missed.length > 0 && !this.#warned) {
      this.#warned = true;
      warn(
        "EPOCHAL_NO_COLUMN",
        `CSVLogger: the first epoch had no ${missed.join(", ")}, so the file has no column for it.`,
      );
    }
    const values = columns.map((name) => {
      const value = logs[name];
      return value === undefined ? "NA" : csvNumber(value);
    });
    return [String(epoch), ...values];
  }

  #format(cells: readonly string[]): string {
    return formatCsv(cells, this.#separator);
  }

  /** The file's text and its whole records; whether it is a plain file, or none yet. */
  async #read(
    path: string,
  ): Promise<{ readonly text: string; readonly records: readonly CsvRecord[]; readonly plain: boolean }> {
    const { readFile, stat } = node("fs").promises;
    try {
      if (!(await stat(path)).isFile()) return { text: "", records: [], plain: false };
      const text = await readFile(path, "utf8");
      return { text, records: whole(parseCsv(text, this.#separator)), plain: true };
    } catch (error) {
      if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw cannotRead(path, error);
      return { text: "", records: [], plain: true };
    }
  }

  /** The file's path, that of the file itself where it is a link: the link stays. */
  async #path(): Promise<string> {
    const { realpath } = node("fs").promises;
    const { fileURLToPath } = node("url");
    const path = this.#filename instanceof URL ? fileURLToPath(this.#filename) : this.#filename;
    return realpath(path).catch(() => path);
  }
}

/**
 * The records that were written to their end. A last one without a line break was if it has something in a cell for
 * each column; the first has nothing to be measured by, and is taken for cut off.
 */
function whole(records: readonly CsvRecord[]): readonly CsvRecord[] {
  const [header] = records;
  const last = records.at(-1);
  if (!last || last.ended) return records;
  const end = last.cells.at(-1)!;
  const isWhole = last !== header && last.cells.length >= header!.cells.length && !/^("|$)/.test(end);
  return isWhole ? records : records.slice(0, -1);
}

async function folderOf(path: string): Promise<string> {
  const { dirname } = node("path");
  return dirname(path);
}

/** Spelled as Python spells them, so that pandas reads the file. */
function csvNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}
