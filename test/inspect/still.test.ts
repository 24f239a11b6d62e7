/** The report in one file: what it holds cannot end it, nor run. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { recordReport, stillPage } from "../../src/inspect/still.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { one } from "../train/points.ts";

const html = `<!doctype html>
<html><head><meta charset="utf-8"><link rel="stylesheet" href="page.css"></head>
<body><main></main><script src="page.js" defer></script></body></html>`;

it("holds program, style and data, allows these by their hashes, and nothing else", () => {
  const evil = "</script><script>alert(1)</script><!-- \u2028 $& $1";
  const js = 'const a = "</script><!--$&";';
  const css = "p { color: red }";
  const messages = [{ type: "hello", name: evil } as never];
  const page = stillPage({ html, js, css }, messages);
  const scripts = [...page.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
  expect(scripts).toHaveLength(2);
  const [data, program] = scripts.map(([, , text]) => text!) as [string, string];
  expect(scripts[0]![1]).toBe(' type="application/json" id="epochal-report"');
  expect(data).not.toMatch(/[<\u2028]/);
  expect(JSON.parse(data)).toEqual(messages);
  expect(program).not.toMatch(/<!--|<\/script/);
  expect(new Function(`${program} return a;`)()).toBe("</script><!--$&");
  const hash = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
  expect(page).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${hash(program)}'; style-src '${hash(css)}'; img-src data: blob:; base-uri 'none'; form-action 'none'">`,
  );
  expect(page).toContain(`<style>${css}</style>`);
  expect(page).not.toMatch(/page\.(js|css)/);
});

it("refuses what is no loader, and options that are none", () => {
  expect(() => recordReport(7 as never)).toThrow("recordReport() records a DataLoader, got 7.");
  const loader = new DataLoader(one(new Float32Array(2)));
  expect(() => recordReport(loader, { port: 8080 } as never)).toThrow("Only a page has a port.");
  expect(() => recordReport(loader, { classes: "cat" as never })).toThrow("must be the names of the classes");
  expect(() => recordReport(loader, { mean: [0.5, Number.NaN] })).toThrow("`mean` must be a finite number");
});
