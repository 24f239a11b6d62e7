import { describe, expect, it } from "vitest";
import { checkEngine } from "../../src/core/engine.node.ts";
import { read } from "../house/modules.ts";

describe("checkEngine", () => {
  it.each(["20.19.0", "20.20.2", "22.12.0", "22.20.1", "23.0.0", "24.1.0-nightly", "100.0.0"])(
    "takes Node %s",
    (node) => expect(() => checkEngine({ node })).not.toThrow(),
  );

  it.each(["0.12.18", "18.20.8", "19.9.0", "20.0.0", "20.18.3", "21.7.3", "22.0.0", "22.11.0"])(
    "refuses Node %s",
    (node) =>
      expect(() => checkEngine({ node })).toThrow(
        `epochal needs Node 20.19 or a later 20, or Node 22.12 or later, but this is Node ${node}.`,
      ),
  );

  it("leaves browsers, Bun and Deno alone", () => {
    checkEngine(undefined);
    checkEngine({});
    checkEngine({ node: "18.0.0", bun: "1.0.0" });
    checkEngine({ node: "18.0.0", deno: "1.40.0" });
  });

  it("says what package.json says", () => {
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    expect(engines.node).toBe("^20.19 || >=22.12");
  });
});
