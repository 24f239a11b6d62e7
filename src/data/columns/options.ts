/** What users ask for, held against what the files have. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { type DataFile, dataError } from "../data-file.ts";
import type { Column } from "./column.ts";
import type { Missing, PickedColumn } from "./decoded.ts";
import { type ColumnKinds, checkKind, kindProblem, ownKind } from "./kinds.ts";

/** Options of readers of columns. */
export interface ColumnReaderOptions<C extends ColumnKinds = ColumnKinds> {
  /** The columns that are read, and what each is given as. Left out: all of them, as what they are. */
  readonly columns?: C;
  /**
   * Bytes of decoded columns that are kept in memory. Columns that fit are decoded once, when the data set is opened, and
   * shared by all workers; of larger ones each thread keeps the groups of rows that it used last. Default 256 MiB.
   */
  readonly memory?: number;
  /** What stands for values that are not there (null), by column. Without, a null is an error with its row. */
  readonly missing?: Readonly<Partial<Record<NoInfer<keyof C>, Missing>>>;
}

/**
 * The columns that are read.
 *
 * @throws OptionError if a file does not have one of them, or not of the kind that is asked for.
 */
export function pickColumns(
  files: readonly DataFile[],
  schemas: readonly (readonly Column[])[],
  { columns, missing = {} }: ColumnReaderOptions,
): PickedColumn[] {
  if (columns !== undefined) checkKnownColumns("columns", columns);
  const [first] = schemas as [readonly Column[], ...(readonly Column[])[]];
  const names = columns === undefined ? first.map(({ name }) => name) : Object.keys(columns);
  if (names.length === 0) throw new OptionError("`columns` must name at least one column, got none.");
  for (const name of Object.keys(missing)) {
    if (!names.includes(name))
      throw new OptionError(
        `\`missing\` names the column ${show(name)}, which is not read. Read are: ${names.join(", ")}.`,
      );
  }
  return names.map((name) => {
    const picked = schemas.map((schema, i) => {
      const column = schema.find((each) => each.name === name);
      if (name === "__proto__")
        throw new OptionError(
          `${files[i]!.path ?? "The file"} has a column ${show(name)}, and no sample has a field ${show(name)}. Rename it where the file is written, or pick others: columns: { … }.`,
        );
      const alike = schema.filter((each) => each.name === name).length;
      if (alike > 1)
        throw new OptionError(
          `${files[i]!.path ?? "The file"} has ${alike} columns ${show(name)}, and a sample has one. Rename them where the file is written.`,
        );
      if (column === undefined) {
        const there = schema.map((each) => each.name).join(", ");
        throw new OptionError(
          `${files[i]!.path ?? "The file"} has no column ${show(name)}. It has: ${there}.`,
        );
      }
      return column;
    });
    const { list, shape, counts } = picked[0]!;
    const kind = columns?.[name] ?? ownKind(picked[0]!);
    if (columns !== undefined) checkKind(name, kind);
    for (const [i, column] of picked.entries()) {
      const where = `Column ${show(name)} of ${files[i]!.path ?? "the file"} cannot be read so.`;
      if (kind === undefined || kindProblem(column, kind) !== undefined) {
        const next = columns === undefined ? ` Pick others: columns: { … }.` : "";
        throw new OptionError(`${where} ${kindProblem(column, kind ?? "bytes")}${next}`);
      }
      if (column.list !== list || column.shape?.join() !== shape?.join() || column.counts !== counts)
        throw new OptionError(
          `${where} It is ${column.described}, and ${picked[0]!.described} in ${files[0]!.path ?? "the first file"}. Open them one by one.`,
        );
    }
    const stands = Object.hasOwn(missing, name) ? missing[name] : undefined;
    if (stands !== undefined) checkMissing(name, kind!, stands);
    return { name, kind: kind!, list, missing: stands, ...(shape === undefined ? {} : { shape }) };
  });
}

function checkKnownColumns(name: string, columns: unknown): void {
  if (typeof columns === "object" && columns !== null && !Array.isArray(columns)) return;
  throw new OptionError(
    `\`${name}\` must say what each column is given as, { text: "string", label: "int32" }, got ${show(columns)}.`,
  );
}

function checkMissing(name: string, kind: string, missing: unknown): void {
  const fits =
    kind === "string"
      ? typeof missing === "string"
      : kind === "bytes" || kind === "image"
        ? false
        : typeof missing === "bigint" ||
          typeof missing === "boolean" ||
          (typeof missing === "number" && (kind.startsWith("float") || Number.isSafeInteger(missing)));
  if (fits) return;
  const next = kind === "bytes" || kind === "image" ? "nothing stands for those" : "it must be one, too";
  throw new OptionError(`\`missing\`: ${show(name)} is given as ${kind}, and ${next}; got ${show(missing)}.`);
}

/** Throws a DataError where `nulls` of the values of `column` are not there, as its file says: nothing was read yet. */
export function refuseNulls(
  path: string | undefined,
  { name, record, content }: Column,
  nulls: number,
): void {
  if (nulls === 0) return;
  const next =
    record || content === "bytes"
      ? "Leave those rows out where the file is written."
      : `Say what stands for them: missing: { ${show(name)}: ${content === "text" ? '""' : "0"} }.`;
  throw dataError(`${nulls} of its values are not there (null). ${next}`, { path, column: name });
}
