/**
 * Who may ask the page's server for what.
 *
 * Any site that the user visits may send requests to 127.0.0.1, and any name may be made to lead there. So a request must
 * name this server as its host, come from its own page or from no page at all, and, but for the page's own program, which
 * holds no data, carry the token that only the user's URL has.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What a request must be. */
export interface Access {
  /** The server's names, with its port. */
  readonly hosts: readonly string[];
  readonly token: string;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 414 | 421;
  readonly reason: string;
}

/** Longer URLs than any that the page asks for. */
const longestUrl = 1024;

/** Why a request is refused, whatever it asks for; undefined where it is not. */
export function refusalOf(
  { method, url = "", headers }: IncomingMessage,
  hosts: readonly string[],
): Refusal | undefined {
  const { host, origin } = headers;
  if (host === undefined || !hosts.includes(host))
    return { status: 421, reason: "This server answers to 127.0.0.1 and localhost only." };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: "Requests of other pages are not answered." };
  const site = headers["sec-fetch-site"];
  // A link that leads here from elsewhere may be followed: its page cannot see what comes of it.
  const isVisit = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isVisit)
    return { status: 403, reason: "Requests of other pages are not answered." };
  if (method !== "GET") return { status: 405, reason: "Nothing can be changed here: GET only." };
  if (url.length > longestUrl) return { status: 414, reason: "The URL is too long." };
  if (headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0")
    return { status: 400, reason: "A request has no body here." };
  return undefined;
}

/** Whether a request carries the token. */
export function isAuthorized({ headers }: IncomingMessage, token: string): boolean {
  // Hashes are of one length, and comparing them takes as long wherever they differ.
  return timingSafeEqual(digestOf(headers.authorization ?? ""), digestOf(`Bearer ${token}`));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
