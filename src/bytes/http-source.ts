/** A URL with what its server wants to be asked by, headers and patience, and where on disk what it gives is kept. */
import { checkInteger, checkKnown, checkPositive, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { builtin } from "../core/node.ts";
import { absoluteUrl } from "./base.ts";
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
  /**
   * A folder, in which what is read is kept, so that it is fetched once by all threads, programs and runs; of any version
   * of the file there apart, under the URL without its signature. Old versions are yours to delete. Node only.
   */
  readonly cache?: string | undefined;
  /** At most so many bytes of this file are kept: those at its beginning. Default: all. */
  readonly maxBytes?: number | undefined;
}

/** Marks them, the same across two copies of the package. */
const brand = Symbol.for("epochal.http");

/** A URL and how it is asked for; made by {@link http}. */
export class HttpSource {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:bytes/http-source#HttpSource";
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
 * A URL with headers or a cache on disk, as a source for readers and `imread`. Without any, the URL itself does: presigned URLs of S3, and
 * `resolve` URLs of Hugging Face, which redirect to a signed one, are asked for as they are, each time anew.
 *
 * @throws OptionError if the URL is none of `http:` or `https:`, or an option is not what it should be.
 * @example
 * const auth = portable(import.meta.url, () => ({ authorization: `Bearer ${process.env.HF_TOKEN}` }));
 * const source = http("https://host/private.csv", { headers: auth, cache: ".cache/http" });
 */
export function http(url: string | URL, options: HttpOptions = {}): HttpSource {
  // A page's may be relative: from its own address on, also where a worker asks.
  const address = String(builtin("fs") === undefined ? absoluteUrl(url) : url);
  if (!/^https?:\/\//i.test(address))
    throw new OptionError(`http() takes a URL that begins with http:// or https://, got ${show(url)}.`);
  checkKnown("http()", options, ["headers", "retries", "idle", "cache", "maxBytes"]);
  const { headers, retries, idle, cache, maxBytes } = options;
  if (retries !== undefined) checkInteger("retries", retries);
  if (idle !== undefined) checkPositive("idle", idle);
  if (cache !== undefined && (typeof cache !== "string" || cache === ""))
    throw new OptionError(
      `\`cache\` must be a folder, got ${cache === "" ? "an empty string" : show(cache)}.`,
    );
  if (cache !== undefined && builtin("fs") === undefined)
    throw new OptionError("`cache` keeps files on disk, which a page cannot. Leave it out there.");
  if (maxBytes !== undefined) {
    checkInteger("maxBytes", maxBytes);
    if (cache === undefined)
      throw new OptionError("`maxBytes` says how much is kept in `cache`. Name that folder as well.");
  }
  if (
    headers !== undefined &&
    typeof headers !== "function" &&
    (typeof headers !== "object" || headers === null)
  )
    throw new OptionError(
      `\`headers\` must be an object or a function that gives one, got ${show(headers)}.`,
    );
  return new HttpSource(address, options);
}
