import { describe, expect, it } from "vitest";
import { isLoaded, lateChunk, loadChunks, presentChunk } from "../../src/core/chunk.ts";

/** A chunk whose loads the test settles, in order. */
function heldChunk() {
  const asked: { resolve(module: string): void; reject(error: unknown): void }[] = [];
  const chunk = lateChunk(() => new Promise<string>((resolve, reject) => asked.push({ resolve, reject })));
  return { asked, chunk };
}

describe("a chunk that is there", () => {
  it("is given at once", () => {
    expect(presentChunk("module").module).toBe("module");
    expect(presentChunk("module").load()).toBe("module");
    expect(isLoaded([presentChunk(1), presentChunk(2)])).toBe(true);
  });
});

describe("a chunk that is loaded late", () => {
  it("is loaded once, when it is asked for, whoever asks", async () => {
    const { asked, chunk } = heldChunk();
    expect(chunk.module).toBe(undefined);
    expect(isLoaded([presentChunk(1), chunk])).toBe(false);
    expect(asked).toHaveLength(0);
    const both = [chunk.load(), chunk.load(), loadChunks([presentChunk(1), chunk])];
    expect(asked).toHaveLength(1);
    asked[0]!.resolve("module");
    expect(await Promise.all(both)).toEqual(["module", "module", [1, "module"]]);
    expect(chunk.module).toBe("module");
    expect(chunk.load()).toBe("module");
    expect(isLoaded([presentChunk(1), chunk])).toBe(true);
  });

  it("says what to do where it cannot be had, and is asked for again", async () => {
    const { asked, chunk } = heldChunk();
    const lost = new TypeError("Failed to fetch dynamically imported module: /assets/part-1234.js");
    const first = chunk.load();
    asked[0]!.reject(lost);
    const error = await Promise.resolve(first).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "LoaderError", cause: lost });
    expect((error as Error).message).toMatch(/part-1234\.js.* reload it; else serve all files/);
    const second = chunk.load();
    expect(asked).toHaveLength(2);
    asked[1]!.resolve("module");
    expect(await second).toBe("module");
  });
});
