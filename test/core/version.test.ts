/** The version that both sides of a worker compare. */
import { expect, it } from "vitest";
import { version } from "../../src/core/version.ts";
import { read } from "../house/modules.ts";

it("is that of package.json", () => {
  expect((JSON.parse(read("package.json")) as { version: string }).version).toBe(version);
});
