/** Text of comma-separated values as records, by RFC 4180: cells may be quoted, and then hold anything. */

/** A line of a file; one that is quoted may span several. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** As it stands in the file, without the line break. */
  readonly text: string;
  /** Whether a line break follows: the last one of a file may have been cut off. */
  readonly ended: boolean;
}

/** The records of a text, without those that are empty. */
export function parseCsv(text: string, separator: string): readonly CsvRecord[] {
  const escaped = separator.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const cell = new RegExp(`("(?:[^"]|"")*"|(?:(?!${escaped})[^\r\n])*)(${escaped}|\r?\n|\r|$)`, "gy");
  const records: CsvRecord[] = [];
  let [cells, start]: [string[], number] = [[], 0];
  while (start < text.length || cells.length > 0) {
    const from = cell.lastIndex;
    const [, content, end] = cell.exec(text) ?? restOf(text, from, cell);
    cells.push(unquote(content!));
    if (end === separator) continue;
    const line = text.slice(start, cell.lastIndex - end!.length);
    if (line !== "") records.push({ cells, text: line, ended: end !== "" });
    [cells, start] = [[], cell.lastIndex];
    if (end === "") break;
  }
  return records;
}

/** Cells as a record's text. */
export function formatCsv(cells: readonly string[], separator: string): string {
  return cells.map((cell) => quote(cell, separator)).join(separator);
}

/** What no cell looks like, such as text after a closing quote: one cell up to the end of its line. */
function restOf(text: string, from: number, cell: RegExp): readonly string[] {
  const line = /[^\r\n]*/y;
  line.lastIndex = from;
  const [content] = line.exec(text)!;
  const [end] = /^(?:\r?\n|\r|)/.exec(text.slice(from + content.length, from + content.length + 2))!;
  cell.lastIndex = from + content.length + end.length;
  return ["", content, end];
}

function quote(cell: string, separator: string): string {
  // A part of a long separator at a cell's end would be read with the one that follows.
  const separates = [...separator].some((character) => cell.includes(character));
  return separates || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function unquote(cell: string): string {
  return /^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}
