/**
 * The browsers that tests run in: Chromium, Firefox and WebKitGTK, as Debian has them. One that is not installed is
 * skipped, and the run says so; where `CI` is set it is a failure.
 */
import { afterAll, beforeAll, describe } from "vitest";
import { chromium } from "./engines/chromium.ts";
import { firefox } from "./engines/firefox.ts";
import type { Browser, Engine, Page } from "./engines/page.ts";
import { webkit } from "./engines/webkit.ts";

export type { Page } from "./engines/page.ts";

/** All of them. */
export const engines: readonly Engine[] = [chromium, firefox, webkit];

/** Describes tests once for each of `those` engines: `open` opens a page in it. */
export function inEngines(
  those: readonly Engine[],
  define: (open: (url: string) => Promise<Page>, name: string) => void,
): void {
  for (const { name, missing, start } of those) {
    const skipped = missing !== undefined && !process.env.CI;
    if (skipped) console.warn(`Skipped in ${name}: ${missing}`);
    describe.skipIf(skipped)(`in ${name}`, () => {
      let browser: Browser | undefined;
      beforeAll(async () => {
        if (missing) throw new Error(missing);
        browser = await start();
      });
      afterAll(() => browser?.close());
      define((url) => browser!.open(url), name);
    });
  }
}

/** Describes tests once for each engine. */
export function inEveryEngine(define: (open: (url: string) => Promise<Page>, name: string) => void): void {
  inEngines(engines, define);
}
