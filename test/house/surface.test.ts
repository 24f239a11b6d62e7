/**
 * What users can import, values and types, and nothing else: surface.txt. Whoever changes that page changes it for them,
 * and CHANGELOG.md says so too. `npx vitest run --project unit test/house/surface.test.ts -u` writes it.
 */
import ts from "typescript";
import { expect, it } from "vitest";
import { compile, entryPoints, resolve } from "./program.ts";

it("the package exports what surface.txt says", async () => {
  const { checker, files } = compile();
  const pages = [...entryPoints()].map(([specifier, path]) => {
    const module = checker.getSymbolAtLocation(files.get(path)!)!;
    const names = checker.getExportsOfModule(module).map((symbol) => {
      const { flags } = resolve(checker, symbol);
      return `${flags & (ts.SymbolFlags.Value | ts.SymbolFlags.Namespace) ? "" : "type "}${symbol.name}`;
    });
    return `# ${specifier}\n${names.sort().join("\n")}\n`;
  });
  await expect(pages.join("\n")).toMatchFileSnapshot("./surface.txt");
});
