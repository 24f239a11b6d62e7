/**
 * WebKitGTK, by its driver: https://w3c.github.io/webdriver. A driver has one session and a session one window here, so
 * a page is a driver and a browser of its own. They want a display, which Xvfb pretends to be.
 */
import { createServer } from "node:net";
import { asJson, type Engine, fromJson, type Page } from "./page.ts";
import { find, start } from "./program.ts";

const driver = find("WebKitWebDriver");
const display = find("Xvfb");

export const webkit: Engine = {
  name: "WebKitGTK",
  missing:
    driver && display
      ? undefined
      : "no WebKitGTK with a driver, or no Xvfb. Debian has both: apt-get install webkit2gtk-driver xvfb",

  async start() {
    const screen = start(display!, () => [
      "-displayfd",
      "1",
      "-screen",
      "0",
      "1280x1024x24",
      "-nolisten",
      "tcp",
    ]);
    const number = await screen.printed(/^(\d+)\n/m);
    const pages = new Set<Page>();
    return {
      async open(url) {
        const page = await open(url, {
          DISPLAY: `:${number}`,
          GDK_BACKEND: "x11",
          // No desktop is there to talk to.
          DBUS_SESSION_BUS_ADDRESS: "disabled:",
          NO_AT_BRIDGE: "1",
        });
        const opened: Page = {
          ...page,
          async close() {
            pages.delete(opened);
            await page.close();
          },
        };
        pages.add(opened);
        return opened;
      },
      async close() {
        await Promise.all([...pages].map((page) => page.close()));
        await screen.end();
      },
    };
  },
};

/**
 * What a page complains of once it is loaded. The driver does not tell, and in a session of a driver the engine does
 * not print it either, so what happens while the page loads stays unheard.
 */
const listen = `(() => {
  const problems = (globalThis.webdriverProblems = []);
  addEventListener("error", ({ error, message }) => problems.push(String(error ?? message)));
  addEventListener("unhandledrejection", ({ reason }) => problems.push(String(reason)));
  const { error } = console;
  console.error = (...values) => {
    problems.push(values.join(" "));
    error.apply(console, values);
  };
  // Now and then the driver goes on before.
  if (document.readyState !== "complete") return new Promise((resolve) => addEventListener("load", () => resolve()));
})()`;

async function open(url: string, environment: Readonly<Record<string, string>>): Promise<Page> {
  const port = await freePort();
  const program = start(driver!, () => [`--port=${port}`], { env: { ...process.env, ...environment } });
  const server = `http://127.0.0.1:${port}`;
  const capabilities = { alwaysMatch: { timeouts: { script: 600_000 } } };
  try {
    await listening(server);
    const { sessionId } = await send<{ sessionId: string }>("POST", `${server}/session`, { capabilities });
    const session = `${server}/session/${sessionId}`;
    await send("POST", `${session}/url`, { url });
    const problems: string[] = [];
    const evaluate = async <T>(expression: string): Promise<T> =>
      fromJson<T>(
        await send("POST", `${session}/execute/async`, {
          script: `${asJson(expression)}.then(arguments[arguments.length - 1])`,
          args: [],
        }),
      );
    await evaluate(listen);
    return {
      problems,
      async evaluate<T>(expression: string): Promise<T> {
        try {
          return await evaluate<T>(expression);
        } finally {
          problems.push(...(await evaluate<string[]>("globalThis.webdriverProblems?.splice(0) ?? []")));
        }
      },
      screenshot: async () => Buffer.from(await send<string>("GET", `${session}/screenshot`), "base64"),
      close: () => program.end(),
    };
  } catch (error) {
    await program.end();
    throw error;
  }
}

/** One command of the driver. */
async function send<T = void>(method: string, url: string, body?: object): Promise<T> {
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const { value } = (await response.json()) as { value: T };
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value)}`);
  return value;
}

/** Waits until the driver answers. */
async function listening(server: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await send("GET", `${server}/status`);
    } catch (error) {
      if (tries === 400) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** A port on which nothing listens. The driver cannot say which one it took. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
