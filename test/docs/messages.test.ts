import { describe, expect, it } from "vitest";
import { messagesIn, messagesPage } from "../../scripts/docs/messages.ts";

describe("messagesIn", () => {
  const errors = `
    export class OptionError extends EpochalError<"OptionError"> {}
    export class DataError extends EpochalError<"DataError"> {}
    class Other extends Error {}`;
  const of = (text: string): object => Object.fromEntries(messagesIn([errors, text]));

  it("takes what is written where an error is made, with names for what is filled in", () => {
    expect(
      of(`
        const next = "Give it a length.";
        throw new OptionError(\`\\\`\${name}\\\` of \${show(a.b)} has \${names.map(show).join(s)}\${sizes[0]!}, \${x ? 1 : 2}. \${next}\`);
        throw new OptionError("Two words.");
        throw new Other("It is not ours.");
      `),
    ).toEqual({
      DataError: [],
      OptionError: ["Two words.", "`‹name›` of ‹b› has ‹names›‹sizes›, ‹…›. Give it a length."],
    });
  });

  it("takes each branch, each text once, and none that is made elsewhere", () => {
    expect(
      of(`
        throw new OptionError(a ? "It is empty." : \`It has \${n} rows.\`);
        throw new OptionError("It is empty.");
        throw new OptionError(message);
        throw new OptionError(\`\${what} \${message}\`);
      `),
    ).toEqual({ DataError: [], OptionError: ["It has ‹n› rows.", "It is empty."] });
  });

  it("takes what is given to a function that makes the error", () => {
    expect(
      of(`
        function dataError(problem: string, at: object) { return new DataError(\`\${at}: \${problem}\`); }
        function check(name: string) { throw new OptionError(\`\${name} must be a number.\`); }
        throw dataError("It has no rows.", {});
        check("the epochs");
      `),
    ).toEqual({ DataError: ["It has no rows."], OptionError: ["‹name› must be a number."] });
  });
});

describe("messagesPage", () => {
  it("has the messages of each class, and nothing that Markdown takes for something else", () => {
    const page = messagesPage();
    const sections = page.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split("\n")[0])).toContain("PortableError");
    for (const section of sections)
      for (const line of section.split("\n").slice(4)) expect(line).toMatch(/^(- `` .*[^`] ``)?$/);
    expect(page).toContain("- `` stack() needs at least one row, got none. ``");
  });
});
