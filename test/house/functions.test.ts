/** A function that is long says why, AssemblyScript included. */
import ts from "typescript";
import { expect, it } from "vitest";
import { readModules } from "./modules.ts";

/** A function of more lines does two things, most often. */
const longest = 60;

it("a long function has the reason in its docstring", () => {
  const silent: string[] = [];
  let found = 0;
  for (const { path, text } of readModules()) {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
    const visit = (node: ts.Node): void => {
      const [start, end] = [lineOf(node.getStart()), lineOf(node.end)];
      if (!ts.isFunctionLike(node) || end - start < longest) {
        ts.forEachChild(node, visit);
        return;
      }
      found++;
      const docstring = text.slice(node.pos, node.getStart());
      if (!docstring.includes("One long function, "))
        silent.push(`${path}:${start} has ${end - start + 1} lines`);
    };
    visit(source);
  }
  expect(silent).toEqual([]);
  // What is read includes the kernel.
  expect(found).toBeGreaterThan(2);
});
