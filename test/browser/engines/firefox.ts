/** Firefox, by WebDriver BiDi, which it speaks by itself: https://w3c.github.io/webdriver-bidi */
import WebSocket from "ws";
import { asJson, type Engine, fromJson } from "./page.ts";
import { find, start } from "./program.ts";

const path = find("firefox-esr", "firefox");

export const firefox: Engine = {
  name: "Firefox",
  missing: path ? undefined : "no Firefox. Debian has one: apt-get install firefox-esr",

  async start() {
    const program = start(path!, (folder) => [
      "--headless",
      "--no-remote",
      "--profile",
      folder,
      "--remote-debugging-port",
      "0",
    ]);
    const address = await program.printed(/WebDriver BiDi listening on (ws:\/\/\S+)/);
    const { call, onEvent, disconnect } = await connect(`${address}/session`);
    await call("session.new", { capabilities: {} });
    await call("session.subscribe", { events: ["log.entryAdded"] });
    return {
      async open(url) {
        const { context } = await call<{ context: string }>("browsingContext.create", { type: "tab" });
        const problems: string[] = [];
        onEvent<LogEntry>("log.entryAdded", ({ level, text, source }) => {
          if (level === "error" && source?.context === context) problems.push(text ?? "");
        });
        await call("browsingContext.navigate", { context, url, wait: "complete" });
        return {
          problems,
          async evaluate<T>(expression: string): Promise<T> {
            const { result } = await call<{ result: { value: string } }>("script.evaluate", {
              expression: asJson(expression),
              target: { context },
              awaitPromise: true,
            });
            return fromJson<T>(result.value);
          },
          async screenshot() {
            const { data } = await call<{ data: string }>("browsingContext.captureScreenshot", { context });
            return Buffer.from(data, "base64");
          },
          close: () => call("browsingContext.close", { context }),
        };
      },
      async close() {
        disconnect();
        await program.end();
      },
    };
  },
};

interface LogEntry {
  readonly level: string;
  readonly text: string | null;
  readonly source?: { readonly context?: string };
}

/** Commands and events over one socket. */
async function connect(url: string): Promise<{
  call<T = void>(method: string, params: object): Promise<T>;
  onEvent<T>(method: string, listener: (params: T) => void): void;
  disconnect(): void;
}> {
  const socket = new WebSocket(url, { maxPayload: 1 << 30 });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const pending = new Map<number, (answer: Answer) => void>();
  const events = new EventTarget();
  socket.on("message", (data) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.type === "event") {
      events.dispatchEvent(new CustomEvent(answer.method!, { detail: answer.params }));
    } else {
      pending.get(answer.id!)?.(answer);
      pending.delete(answer.id!);
    }
  });
  socket.on("close", () => {
    for (const answer of pending.values()) answer({ type: "error", message: "Firefox is gone" });
  });
  let id = 0;
  return {
    call: <T>(method: string, params: object) =>
      new Promise<T>((resolve, reject) => {
        pending.set(++id, ({ type, result, error, message }) => {
          if (type === "success") resolve(result as T);
          else reject(new Error(`${method}: ${error} ${message}`));
        });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    onEvent: <T>(method: string, listener: (params: T) => void) =>
      events.addEventListener(method, (event) => listener((event as CustomEvent<T>).detail)),
    disconnect: () => socket.terminate(),
  };
}

interface Answer {
  readonly type: "success" | "error" | "event";
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: unknown;
}
