/** A URL with what its server wants to be asked by: headers, patience. */
import { checkInteger, checkKnown, checkPositive, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import type { RetryOptions } from "./retry.ts";

/** Headers by name. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** How a server is asked by {@link http}. */
export interface HttpOptions extends RetryOptions {
  /**
   * Headers of each request, such as `authorization`; or what gives them, called before each with the URL and the headers so
   * far (`range`), to sign it. A function that reads the environment keeps credentials out of what is sent to workers, and
   * must be `portable` to get there.
   */
  readonly headers?:
    | HttpHeaders
    | ((url: string, headers: HttpHeaders) => HttpHeaders | Promise<HttpHeaders>);
}

/** Marks them, the same across two copies of the package. */
const brand = Symbol.for("epochal.http");

/** A URL and how it is asked for; made by {@link http}. */
export class HttpSource {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** The address. */
  readonly url: string;
  /** How it is asked for. */
  readonly options: HttpOptions;

  constructor(url: string, options: HttpOptions) {
    this.url = url;
    this.options = options;
  }
}
Object.defineProperty(HttpSource.prototype, brand, { value: true });

/** Whether `value` was made by {@link http}, also by that of another copy of the package. */
export function isHttpSource(value: unknown): value is HttpSource {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * A URL with headers, as a source for readers and `imread`. Without any, the URL itself does: presigned URLs of S3, and
 * `resolve` URLs of Hugging Face, which redirect to a signed one, are asked for as they are, each time anew.
 *
 * @throws OptionError if the URL is none of `http:` or `https:`, or an option is not what it should be.
 * @example
 * const auth = portable(import.meta.url, () => ({ authorization: `Bearer ${process.env.HF_TOKEN}` }));
 * const source = http("https://host/private.csv", { headers: auth });
 */
export function http(url: string | URL, options: HttpOptions = {}): HttpSource {
  if (!/^https?:\/\//i.test(String(url)))
    throw new OptionError(`http() takes a URL that begins with http:// or https://, got ${show(url)}.`);
  checkKnown("http()", options, ["headers", "retries", "idle"]);
  const { headers, retries, idle } = options;
  if (retries !== undefined) checkInteger("retries", retries);
  if (idle !== undefined) checkPositive("idle", idle);
  if (
    headers !== undefined &&
    typeof headers !== "function" &&
    (typeof headers !== "object" || headers === null)
  )
    throw new OptionError(
      `\`headers\` must be an object or a function that gives one, got ${show(headers)}.`,
    );
  return new HttpSource(String(url), options);
}
