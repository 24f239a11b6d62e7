/** One row of a delimited file as its cells. */

/** How cells are told apart. */
export interface CellSyntax {
  readonly delimiter: string;
  /** Empty where there are no quotes. */
  readonly quote: string;
}

/**
 * The cells of the row that `text` begins with; what follows its end is left.
 *
 * @throws Error if something stands between a closing quote and the next delimiter, or a quote is not closed.
 */
export function cellsOf(text: string, { delimiter, quote }: CellSyntax): string[] {
  return quote !== "" && text.includes(quote)
    ? quotedCells(text, delimiter, quote)
    : plainCells(text, delimiter);
}

function plainCells(text: string, delimiter: string): string[] {
  const newline = text.indexOf("\n");
  const line = withoutReturn(newline < 0 ? text : text.slice(0, newline));
  const cells: string[] = [];
  let start = 0;
  for (let end = line.indexOf(delimiter); end >= 0; end = line.indexOf(delimiter, start)) {
    cells.push(line.slice(start, end));
    start = end + 1;
  }
  cells.push(start === 0 ? line : line.slice(start));
  return cells;
}

function quotedCells(text: string, delimiter: string, quote: string): string[] {
  const cells: string[] = [];
  for (let at = 0; ; ) {
    if (text[at] !== quote) {
      const [next, newline] = [placeOf(text, delimiter, at), placeOf(text, "\n", at)];
      if (next > newline || next === text.length) {
        cells.push(withoutReturn(text.slice(at, newline)));
        return cells;
      }
      cells.push(text.slice(at, next));
      at = next + 1;
      continue;
    }
    const close = closing(text, at + 1, quote);
    const inside = text.slice(at + 1, close);
    cells.push(inside.includes(quote) ? inside.replaceAll(quote + quote, quote) : inside);
    at = close + 1;
    if (text[at] === delimiter) at++;
    else if (at === text.length || /^\r?(?:\n|$)/.test(text.slice(at, at + 2))) return cells;
    else throw strayQuote(text.slice(at, at + 20));
  }
}

function closing(text: string, from: number, quote: string): number {
  let at = from;
  for (;;) {
    at = text.indexOf(quote, at);
    if (at < 0) throw new Error("A quote is opened and never closed.");
    if (text[at + 1] !== quote) return at;
    at += 2;
  }
}

function strayQuote(text: string): Error {
  return new Error(
    `Behind a closing quote stands ${JSON.stringify(text.split(/[\r\n]/, 1)[0])} where a delimiter is expected. Quotes inside of a quoted field are written twice; a file without quoted fields is read by \`quote: false\`.`,
  );
}

function placeOf(text: string, what: string, from: number): number {
  const place = text.indexOf(what, from);
  return place < 0 ? text.length : place;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
