/** Servers to read from. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that answers by `answer`, until it is closed. */
export async function serve(
  answer: RequestListener,
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What `use` makes of the address of a server that answers by `answer`. */
export async function served<T>(answer: RequestListener, use: (address: string) => Promise<T>): Promise<T> {
  const { address, close } = await serve(answer);
  try {
    return await use(address);
  } finally {
    await close();
  }
}

/** Answers with `content()` and the ranges of it that are asked for, as a server should. */
export function ranges(
  content: () => Uint8Array,
  headers: () => Record<string, string> = () => ({}),
): RequestListener {
  return (request, response) => {
    const all = content();
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (range === null) return void response.writeHead(200, headers()).end(all);
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, all.length)];
    if (start >= all.length)
      return void response.writeHead(416, { "content-range": `bytes */${all.length}` }).end("none");
    const part = all.subarray(start, end);
    response
      .writeHead(206, {
        "content-range": `bytes ${start}-${end - 1}/${all.length}`,
        "content-length": part.length,
        ...headers(),
      })
      .end(part);
  };
}
