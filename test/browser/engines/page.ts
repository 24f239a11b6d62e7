/** What the tests want of any browser: open a page, evaluate in it, hear what it complains of. */

/** One page of a browser. */
export interface Page {
  /** The value of a JavaScript expression in the page, awaited if it is a promise, as JSON carries it. */
  evaluate<T>(expression: string): Promise<T>;
  /** Errors that nobody caught, and what was written with `console.error`, as far as the engine tells. */
  readonly problems: readonly string[];
  /** A picture of what is seen, as a PNG. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A running browser. */
export interface Browser {
  /** Opens a page, and waits until it is loaded. */
  open(url: string): Promise<Page>;
  /** Ends it, with all of its pages. */
  close(): Promise<void>;
}

/** A browser that may be installed. */
export interface Engine {
  readonly name: string;
  /** What is not installed, and how it is; undefined where nothing is missing. */
  readonly missing: string | undefined;
  /** Starts it with a fresh profile. */
  start(): Promise<Browser>;
}

/** An expression whose value is a promise of JSON: the value of `expression`, or the error it threw. */
export function asJson(expression: string): string {
  return `(async () => {
    try { return JSON.stringify({ value: await (${expression}) }); }
    catch (error) { return JSON.stringify({ error: String(error), stack: String(error?.stack) }); }
  })()`;
}

/** The value in what {@link asJson} gave; throws the page's error. */
export function fromJson<T>(text: string): T {
  const { value, error, stack } = JSON.parse(text) as { value: T; error?: string; stack?: string };
  if (error !== undefined) throw new Error(`In the page: ${error}`, { cause: stack });
  return value;
}
