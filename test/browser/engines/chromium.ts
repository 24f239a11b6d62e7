/** Chromium, by Playwright. */
import { existsSync } from "node:fs";
import { type Browser as PlaywrightBrowser, chromium as playwright } from "playwright-core";
import { asJson, type Engine, fromJson } from "./page.ts";
import { find } from "./program.ts";

const given = process.env.CHROMIUM_PATH;
const path = given && existsSync(given) ? given : find("chromium", "chromium-browser", "google-chrome");

/** Starts it for tests that ask for what no other engine has. */
export function launchChromium(): Promise<PlaywrightBrowser> {
  return playwright.launch({
    executablePath: path!,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const chromium: Engine = {
  name: "Chromium",
  missing: path ? undefined : "no Chromium. Debian has one: apt-get install chromium",

  async start() {
    const browser = await launchChromium();
    return {
      async open(url) {
        const page = await browser.newPage();
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(String(error)));
        page.on("console", (message) => {
          if (message.type() === "error" && !/favicon/.test(message.location().url))
            problems.push(message.text());
        });
        await page.goto(url);
        return {
          problems,
          evaluate: async <T>(expression: string) =>
            fromJson<T>(await page.evaluate<string>(asJson(expression))),
          screenshot: () => page.screenshot(),
          close: () => page.close(),
        };
      },
      close: () => browser.close(),
    };
  },
};
