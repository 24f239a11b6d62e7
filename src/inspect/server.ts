/**
 * The page's server: on this computer only, for whoever has the URL, and read-only.
 *
 * Invariants: it listens on 127.0.0.1; refuses what access.ts refuses; gives no data without the token; takes whole numbers
 * and the path of a leaf, compared with those of the batch, and nothing else; never keeps the program from ending; and holds
 * one message at most for a page that reads slowly.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { causesOf } from "../core/causes.ts";
import { OptionError } from "../core/errors.ts";
import { type Access, isAuthorized, refusalOf } from "./access.ts";
import type { PageAssets } from "./assets.ts";
import { Broadcast } from "./broadcast.ts";
import type { PageHello } from "./protocol.ts";
import { type Answer, Requests } from "./requests.ts";
import type { LoaderWatch } from "./watch.ts";

/** What a page needs so that it is one, and may do nothing else. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** Connections at once: a few tabs. */
const mostConnections = 32;

/** Bytes of a request's line and headers. */
const mostHeaderBytes = 8192;

/** Milliseconds in which a request must be there. */
const requestWithin = 5000;

/** What is served. */
export interface PageParts {
  readonly watch: LoaderWatch;
  readonly hello: PageHello;
  readonly assets: PageAssets;
  readonly port: number;
}

/** A server that runs. */
export class PageServer {
  readonly url: string;
  readonly #server: Server;
  readonly #broadcast: Broadcast;

  private constructor(server: Server, broadcast: Broadcast, url: string) {
    this.#server = server;
    this.#broadcast = broadcast;
    this.url = url;
  }

  /** @throws OptionError if the port is taken. */
  static async start({ watch, hello, assets, port }: PageParts): Promise<PageServer> {
    const token = randomBytes(16).toString("base64url");
    const broadcast = new Broadcast(watch, hello);
    const routes = routesOf(assets, broadcast, new Requests(watch.loader));
    const hosts: string[] = [];
    const server = createServer(
      {
        maxHeaderSize: mostHeaderBytes,
        headersTimeout: requestWithin,
        requestTimeout: requestWithin,
        connectionsCheckingInterval: requestWithin,
      },
      (request, response) => answer(request, response, { hosts, token }, routes),
    );
    server.maxConnections = mostConnections;
    // The program ends when it has nothing else to do.
    server.on("connection", (socket) => socket.unref());
    server.on("checkContinue", (_, response) => refusing(400, "A request has no body here.")(response));
    await listen(server, port);
    server.unref();
    const { port: own } = server.address() as AddressInfo;
    hosts.push(`127.0.0.1:${own}`, `localhost:${own}`);
    return new PageServer(server, broadcast, `http://127.0.0.1:${own}/#${token}`);
  }

  async close(): Promise<void> {
    await this.#broadcast.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** What answers a request. */
type Route = (response: ServerResponse, query: URLSearchParams) => void;

/** All that can be asked for. */
interface Routes {
  /** The page's own program: anybody on this computer may have it. */
  readonly open: ReadonlyMap<string, Route>;
  /** With the token. */
  readonly data: ReadonlyMap<string, Route>;
}

function routesOf({ html, js, css }: PageAssets, broadcast: Broadcast, requests: Requests): Routes {
  const asset =
    (type: string, text: string): Route =>
    (response) =>
      void response.writeHead(200, { ...headers, "Content-Type": `${type}; charset=utf-8` }).end(text);
  return {
    open: new Map([
      ["/", asset("text/html", html)],
      ["/page.js", asset("text/javascript", js)],
      ["/page.css", asset("text/css", css)],
    ]),
    data: new Map<string, Route>([
      ["/stream", streaming(broadcast)],
      ["/batch", (response, query) => void reply(response, requests.batch(query))],
      ["/sample", (response, query) => void reply(response, requests.sample(query))],
    ]),
  };
}

/** What a request gets: what it asks for, or why it is refused. */
function routeOf(request: IncomingMessage, { hosts, token }: Access, { open, data }: Routes): Route {
  const refusal = refusalOf(request, hosts);
  if (refusal !== undefined) return refusing(refusal.status, refusal.reason);
  const [path] = request.url!.split("?", 1) as [string];
  const program = open.get(path);
  if (program !== undefined) return program;
  if (!isAuthorized(request, token))
    return refusing(
      401,
      "This address lacks the token behind its #, or has that of another run. Open the whole URL that the program printed.",
    );
  return data.get(path) ?? refusing(404, "There is nothing here.");
}

function refusing(status: number, reason: string): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, {
      ...headers,
      "Content-Type": "text/plain; charset=utf-8",
      // What else was sent is not read.
      Connection: "close",
      ...(status === 405 && { Allow: "GET" }),
      ...(status === 401 && { "WWW-Authenticate": "Bearer" }),
    });
    response.end(reason);
  };
}

function answer(request: IncomingMessage, response: ServerResponse, access: Access, routes: Routes): void {
  const [, query = ""] = request.url!.split("?", 2);
  try {
    routeOf(request, access, routes)(response, new URLSearchParams(query));
  } catch (error) {
    // What a getter of the user's throws while the loader is read is the page's to show, and does not end the program.
    refusing(500, ["The loader could not be read.", ...causesOf(error)].join("\n"))(response);
  }
}

function streaming(broadcast: Broadcast): Route {
  return (response) => {
    if (broadcast.full) {
      refusing(503, "Too many pages look at this loader.")(response);
      return;
    }
    const first = broadcast.first();
    response.writeHead(200, { ...headers, "Content-Type": "application/x-ndjson; charset=utf-8" });
    broadcast.add(response, first);
  };
}

async function reply(response: ServerResponse, answered: Promise<Answer<unknown>>): Promise<void> {
  const answer = await answered;
  if (answer.status !== 200) {
    refusing(answer.status, answer.reason)(response);
    return;
  }
  response.writeHead(200, { ...headers, "Content-Type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(answer.body));
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Stays there: what else goes wrong with the server is no reason to end the program.
    server.on("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE"
          ? "is taken by another program"
          : cause.code === "EACCES"
            ? "is not for programs without privileges"
            : `cannot be listened on (${cause.message})`;
      const next = "Leave `port` out, and a free one is taken.";
      reject(new OptionError(`The port ${port} on 127.0.0.1 ${why}. ${next}`, { cause }));
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  });
}
