/**
 * Where values stand in JSON text, so that a number is read as it is written, and not as the double that JSON.parse makes
 * of it.
 *
 * Invariant: takes what JSON.parse takes, and nothing else. Limit: values in values as deep as the stack goes.
 */

/** Throws what becomes of text that is no JSON; JSON.parse says why. */
function noJson(at: number): never {
  throw new SyntaxError(`There is no JSON at ${at}.`);
}

const [tab, newline, returns, space] = [0x09, 0x0a, 0x0d, 0x20];
const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The place of the first character from `at` on that is no space. */
export function skipSpace(text: string, at: number): number {
  let i = at;
  for (;;) {
    const code = text.charCodeAt(i);
    if (code !== space && code !== newline && code !== returns && code !== tab) return i;
    i++;
  }
}

/** The place behind the string that begins, with its quote, at `at`. */
export function stringEnd(text: string, at: number): number {
  for (let i = at + 1; ; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i + 1;
    if (code === backslash) i = escapeEnd(text, i);
    // Also where the text ends, and there is no code.
    else if (!(code >= 0x20)) noJson(i);
  }
}

const hex = /^[0-9a-fA-F]{4}$/;

/** The last character of the escape that begins at `at`. */
function escapeEnd(text: string, at: number): number {
  const kind = text[at + 1];
  if (kind === "u" && hex.test(text.slice(at + 2, at + 6))) return at + 5;
  return kind !== undefined && '"\\/bfnrt'.includes(kind) ? at + 1 : noJson(at);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function digitsEnd(text: string, at: number): number {
  let i = at;
  while (isDigit(text.charCodeAt(i))) i++;
  return i === at ? noJson(at) : i;
}

/** The place behind the number that begins at `at`. */
export function numberEnd(text: string, at: number): number {
  let i = text.charCodeAt(at) === 0x2d ? at + 1 : at;
  i = text.charCodeAt(i) === 0x30 ? i + 1 : digitsEnd(text, i);
  if (text.charCodeAt(i) === 0x2e) i = digitsEnd(text, i + 1);
  if ((text.charCodeAt(i) | 0x20) === 0x65) {
    const sign = text.charCodeAt(i + 1);
    i = digitsEnd(text, sign === 0x2b || sign === 0x2d ? i + 2 : i + 1);
  }
  return i;
}

/** The place behind the value that begins at `at`. */
export function valueEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === quote) return stringEnd(text, at);
  if (code === openBrace) return eachField(text, at, (_key, _keyEnd, value) => valueEnd(text, value));
  if (code === openBracket) return eachItem(text, at, (item) => valueEnd(text, item));
  if (code === 0x2d || isDigit(code)) return numberEnd(text, at);
  for (const word of ["true", "false", "null"]) if (text.startsWith(word, at)) return at + word.length;
  return noJson(at);
}

/**
 * Goes through the fields of the object that begins at `at`, and returns the place behind it.
 *
 * @param take given where the key begins and ends, quotes and all, and where the value begins; returns where it ends
 */
export function eachField(
  text: string,
  at: number,
  take: (key: number, keyEnd: number, value: number) => number,
): number {
  let i = skipSpace(text, at + 1);
  if (text.charCodeAt(i) === closeBrace) return i + 1;
  for (;;) {
    if (text.charCodeAt(i) !== quote) noJson(i);
    const keyEnd = stringEnd(text, i);
    const between = skipSpace(text, keyEnd);
    if (text.charCodeAt(between) !== colon) noJson(between);
    const end = skipSpace(text, take(i, keyEnd, skipSpace(text, between + 1)));
    if (text.charCodeAt(end) === closeBrace) return end + 1;
    if (text.charCodeAt(end) !== comma) noJson(end);
    i = skipSpace(text, end + 1);
  }
}

/** Goes through the items of the list that begins at `at`, of which `take` says where each ends, and returns the place behind it. */
export function eachItem(text: string, at: number, take: (item: number) => number): number {
  let i = skipSpace(text, at + 1);
  if (text.charCodeAt(i) === closeBracket) return i + 1;
  for (;;) {
    const end = skipSpace(text, take(i));
    if (text.charCodeAt(end) === closeBracket) return end + 1;
    if (text.charCodeAt(end) !== comma) noJson(end);
    i = skipSpace(text, end + 1);
  }
}

/** A number of JSON that JavaScript has not: which, of which field, and why. */
export interface LostNumber {
  /** The field that it is in; undefined where it is in none. */
  readonly key: string | undefined;
  readonly problem: string;
}

/** Whole numbers of more digits than a double surely holds, and powers of ten that may be beyond any: else none is lost. */
const suspicious = /(?:^|[^.\d])\d{16}|[eE]\+?\d{3}/;

/**
 * The first number in `json` that JSON.parse makes another one: a whole number that no double is, or one beyond all.
 * Those with a point or a power of ten are fractions, which doubles stand for.
 *
 * @param json valid JSON
 */
export function lostNumber(json: string): LostNumber | undefined {
  return suspicious.test(json) ? lostIn(json, skipSpace(json, 0), undefined).lost : undefined;
}

function lostIn(
  text: string,
  at: number,
  key: string | undefined,
): { readonly end: number; readonly lost: LostNumber | undefined } {
  let lost: LostNumber | undefined;
  const look = (value: number, of: string | undefined): number => {
    const inside = lostIn(text, value, of);
    lost ??= inside.lost;
    return inside.end;
  };
  const code = text.charCodeAt(at);
  if (code === openBrace) {
    const field = (from: number, to: number, value: number) => look(value, JSON.parse(text.slice(from, to)));
    return { end: eachField(text, at, field), lost };
  }
  if (code === openBracket) return { end: eachItem(text, at, (item) => look(item, key)), lost };
  const end = valueEnd(text, at);
  const problem = code === 0x2d || isDigit(code) ? problemOf(text.slice(at, end)) : undefined;
  return { end, lost: problem === undefined ? undefined : { key, problem } };
}

function problemOf(token: string): string | undefined {
  const value = Number(token);
  if (!Number.isFinite(value)) return `${token} is beyond the numbers of JavaScript.`;
  if (/[.eE]/.test(token) || BigInt(token) === BigInt(value)) return undefined;
  return `${token} is too long for a number of JavaScript, which would be ${value}.`;
}
