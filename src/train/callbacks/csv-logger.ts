import { checkBoolean, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { warn } from "../../core/warn.ts";
import { Callback } from "../callback.ts";
import { makeFolder } from "../folder.ts";
import type { Logs } from "../logs.ts";

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
 * that is resumed goes on in the same file.
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
  /** Whether this run has written to the file. */
  #begun = false;

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

  override onTrainBegin(): void {
    this.#columns = undefined;
    this.#warned = false;
    this.#begun = false;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const columns = this.#columns ?? (await this.#begin(logs));
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
    await this.#write([String(epoch), ...values]);
  }

  override getState(): { readonly columns: readonly string[] } | undefined {
    return this.#columns && { columns: this.#columns };
  }

  override setState(state: unknown): void {
    this.#columns = (state as { columns: readonly string[] }).columns;
    this.#begun = true;
  }

  /** Fixes the columns and writes the header, unless lines are added to a file that has one. */
  async #begin(logs: Logs): Promise<readonly string[]> {
    const { readFile } = await import("node:fs/promises");
    const before = this.#append ? await readFile(this.#filename, "utf8").catch(emptyIfMissing) : "";
    const header = before.split(/\r?\n/, 1)[0]!;
    this.#columns =
      header === "" ? Object.keys(logs).sort() : header.split(this.#separator).slice(1).map(unquote);
    this.#begun = before !== "";
    if (header === "") await this.#write(["epoch", ...this.#columns]);
    return this.#columns;
  }

  async #write(cells: readonly string[]): Promise<void> {
    const [{ appendFile, writeFile }, { dirname }, { fileURLToPath }] = await Promise.all([
      import("node:fs/promises"),
      import("node:path"),
      import("node:url"),
    ]);
    const path = this.#filename instanceof URL ? fileURLToPath(this.#filename) : this.#filename;
    await makeFolder(dirname(path));
    const line = `${cells.map((cell) => quote(cell, this.#separator)).join(this.#separator)}\n`;
    await (this.#begun ? appendFile : writeFile)(path, line);
    this.#begun = true;
  }
}

/** Spelled as Python spells them, so that pandas reads the file. */
function csvNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

/** RFC 4180: quoted where the text has a separator, a quote or a line break. */
function quote(cell: string, separator: string): string {
  return cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function unquote(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}
