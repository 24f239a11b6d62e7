/** docs/reference/errors.md tells of every error and warning there is, where messages say that it does. */
import { describe, expect, it } from "vitest";
import { helpFor } from "../../src/core/errors.ts";
import { filesUnder, read, readModules } from "./modules.ts";

const page = read("docs/reference/errors.md");
const [before, errors, warnings] = page.split(/^## .*$/m);
const headings = (part: string): string[] => [...part.matchAll(/^### (.*)$/gm)].map(([, name]) => name!);
const modules = readModules();

describe("docs/reference/errors.md", () => {
  it("has a heading for each class of errors, and for nothing else", () => {
    const classes = [...read("src/core/errors.ts").matchAll(/^export class (\w+) extends EpochalError/gm)];
    expect(classes.length).toBeGreaterThan(10);
    expect(headings(errors!)).toEqual(classes.map(([, name]) => name!).sort());
  });

  it("has a heading for each code of a warning, and for nothing else", () => {
    const codes = modules.flatMap(({ text }) =>
      [...text.matchAll(/\bwarn(?:Once)?\(\s*(?:[\w.#]+,\s*)?"(\w+)"/g)].map(([, code]) => code!),
    );
    expect(codes.length).toBeGreaterThan(20);
    expect(headings(warnings!)).toEqual([...new Set(codes)].sort());
  });

  // That these places are there is checked where the site is built.
  it("lists them, with the places that messages lead to", () => {
    const listed = [...page.matchAll(/^\| \[`(\w+)`\]\(#([\w-]+)\)/gm)];
    expect(listed.map(([, name]) => name)).toEqual([...headings(errors!), ...headings(warnings!)]);
    expect(listed.map(([, , place]) => place)).toEqual(
      listed.map(([, name]) => helpFor(name!).split("#")[1]),
    );
  });

  it("cites what messages say", () => {
    // What stands for a value is `…` on the page; in the source it is something else between two pieces.
    const source = modules.map(({ text }) => text.replaceAll("\\`", "`").replaceAll("\\'", "'")).join("\n");
    const cited = [...errors!.matchAll(/^\| (.*?) \| /gm)]
      .flatMap(([, cell]) => [...cell!.matchAll(/(`+) ?(.+?) ?\1(?!`)/g)].map(([, , text]) => text!))
      .flatMap((text) => text.split("…"))
      .map((text) => text.trim())
      .filter((text) => /\w \w/.test(text));
    expect(cited.length).toBeGreaterThan(50);
    expect(cited.filter((text) => !source.includes(text))).toEqual([]);
  });

  it("is linked to by its sections only", () => {
    const places = new Set(
      [...headings(errors!), ...headings(warnings!), "Errors", "Warnings"].map(
        (heading) => helpFor(heading).split("#")[1],
      ),
    );
    const linked = filesUnder("docs", /\.md$/)
      .filter((path) => !path.startsWith("docs/reference/api/"))
      .flatMap((path) => [...read(path).matchAll(/errors\.md#([\w-]+)/g)].map(([, place]) => place!));
    expect(linked.filter((place) => !places.has(place))).toEqual([]);
    expect(before).toContain("messages.md");
  });
});
