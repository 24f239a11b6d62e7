/** One row of a delimited file as its cells: where each stands in the row's text. */

/** How cells are told apart. */
export interface CellSyntax {
  readonly delimiter: string;
  /** Empty where there are no quotes. */
  readonly quote: string;
}

/**
 * Where the cells of a row stand: of each where it begins and where it ends, without its quotes; of one with quotes in it,
 * which are written twice, less than 0: `~end`.
 */
export type CellPlaces = number[];

const newline = 0x0a;

/** So many characters are looked at one by one; in a longer cell the delimiter is searched for. */
const short = 24;

/**
 * Finds the cells of the row that `text` begins with; what follows its end is left.
 *
 * @param places what is found is written here
 * @returns how many cells there are
 * @throws Error if something stands between a closing quote and the next delimiter, or a quote is not closed.
 */
export function findCells(text: string, { delimiter, quote }: CellSyntax, places: CellPlaces): number {
  const delimiterCode = delimiter.charCodeAt(0);
  const quoteCode = quote.charCodeAt(0);
  let count = 0;
  for (let at = 0; ; ) {
    const start = at;
    let code = text.charCodeAt(at);
    if (code === quoteCode) {
      const close = closing(text, at + 1, quote);
      places[count++] = at + 1;
      places[count++] = close.doubled ? ~close.at : close.at;
      at = close.at + 1;
      code = text.charCodeAt(at);
      if (code === delimiterCode) at++;
      else if (at === text.length || /^\r?(?:\n|$)/.test(text.slice(at, at + 2))) return count / 2;
      else throw strayQuote(text.slice(at, at + 20));
      continue;
    }
    while (code !== delimiterCode && code !== newline && at < text.length) {
      at = at - start < short ? at + 1 : nextOf(text, delimiter, at);
      code = text.charCodeAt(at);
    }
    places[count++] = start;
    if (code !== delimiterCode) {
      places[count++] = at > start && text.charCodeAt(at - 1) === 0x0d ? at - 1 : at;
      return count / 2;
    }
    places[count++] = at++;
  }
}

/** The text of cell number `cell`. */
export function cellText(text: string, places: CellPlaces, cell: number, { quote }: CellSyntax): string {
  const start = places[2 * cell]!;
  const end = places[2 * cell + 1]!;
  return end < 0 ? text.slice(start, ~end).replaceAll(quote + quote, quote) : text.slice(start, end);
}

/** The next delimiter or newline, or the end of the text. */
function nextOf(text: string, delimiter: string, from: number): number {
  const found = text.indexOf(delimiter, from);
  const next = found < 0 ? text.length : found;
  const end = text.slice(from, next).indexOf("\n");
  return end < 0 ? next : from + end;
}

/** The quote that closes what begins at `from`, and whether quotes stand between, twice each. */
function closing(
  text: string,
  from: number,
  quote: string,
): { readonly at: number; readonly doubled: boolean } {
  let doubled = false;
  for (let at = from; ; at += 2) {
    at = text.indexOf(quote, at);
    if (at < 0) throw new Error("A quote is opened and never closed.");
    if (text[at + 1] !== quote) return { at, doubled };
    doubled = true;
  }
}

function strayQuote(text: string): Error {
  return new Error(
    `Behind a closing quote stands ${JSON.stringify(text.split(/[\r\n]/, 1)[0])} where a delimiter is expected. Quotes inside of a quoted field are written twice; a file without quoted fields is read by \`quote: false\`.`,
  );
}
