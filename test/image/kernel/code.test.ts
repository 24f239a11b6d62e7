import { afterEach, describe, expect, it, vi } from "vitest";
import { fromPixels, imread, resize } from "../../../src/image/index.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const engine = globalThis as unknown as {
  readonly WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports?: object) => object;
    Memory: object;
    validate(bytes: Uint8Array): boolean;
  };
};
const { WebAssembly } = engine;

/** The error of an image, by modules that are loaded where `WebAssembly` is `stub`. */
async function problem(stub: object | undefined): Promise<Error> {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", stub);
  const { fromPixels, resize } = await import("../../../src/image/index.ts");
  const pixels = tensor(new Uint8Array(48), { shape: [4, 4, 3] });
  try {
    await resize(fromPixels(pixels), [2, 2]).tensor();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It ran.");
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("where the kernel does not compile", () => {
  class Refused extends Error {}

  it("a policy is named, whichever step it forbids, and whatever the engine calls that", async () => {
    for (const step of ["Module", "Instance"] as const) {
      const stub = {
        ...methods(),
        [step]: class {
          constructor() {
            throw new Refused("unsafe-eval");
          }
        },
      };
      const error = await problem(stub);
      expect(error.name).toBe("MissingPeerError");
      expect(error.message).toMatch(/'wasm-unsafe-eval' to its script-src.*page.*workers/);
      expect(error.cause).toBeInstanceOf(Refused);
    }
  });

  it("an engine without WebAssembly, or without its vectors, is told so", async () => {
    expect(await problem(undefined)).toMatchObject({
      name: "MissingPeerError",
      message: expect.stringMatching(/by WebAssembly, which this engine lacks, or has switched off/),
    });
    const old = {
      ...methods(),
      validate: () => false,
      Module: class extends WebAssembly.Module {
        constructor(bytes: Uint8Array) {
          if (bytes.length > 8) throw new Refused("unknown opcode");
          super(bytes);
        }
      },
    };
    const error = await problem(old);
    expect(error.name).toBe("MissingPeerError");
    expect(error.message).toMatch(/vectors \(SIMD\), which this engine lacks.*Chrome 91.*Safari 16.4/);
    expect(error.cause).toBeInstanceOf(Refused);
  });

  it("a lack of memory is the image's error, as a smaller one may fit", async () => {
    const full = {
      ...methods(),
      Memory: class {
        constructor() {
          throw new RangeError("could not allocate memory");
        }
      },
    };
    expect(await problem(full)).toMatchObject({
      name: "ImageError",
      message: expect.stringMatching(/no memory/),
    });
  });

  it("no replacement is used, as every image would be replaced", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    vi.resetModules();
    const { imread } = await import("../../../src/image/index.ts");
    const onError = () => tensor(new Uint8Array(3), { shape: [1, 1, 3] });
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
    await expect(imread(jpeg, { onError }).tensor()).rejects.toMatchObject({ name: "MissingPeerError" });
  });
});

/** What `WebAssembly` has, as fields that can be replaced. */
function methods(): object {
  const { Module, Instance, Memory } = WebAssembly;
  return { Module, Instance, Memory, validate: (bytes: Uint8Array) => WebAssembly.validate(bytes) };
}

describe("the modules of the kernel", () => {
  it("share one memory, and none disturbs the constants of another", async () => {
    const pixels = tensor(
      Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 37) & 255),
      { shape: [40, 30, 3] },
    );
    const { default: sharp } = await import("sharp");
    const raw = { raw: { width: 30, height: 40, channels: 3 as const } };
    const formats = ["jpeg", "png", "webp"] as const;
    const files = await Promise.all(
      formats.map((format) => sharp(pixels.data, raw).toFormat(format).toBuffer()),
    );
    const run = async (i: number) => [...(await resize(imread(files[i]!), [20, 20]).tensor()).data];
    const first = [await run(0), await run(1), await run(2)];
    for (const order of [
      [2, 1, 0],
      [1, 0, 2],
    ])
      for (const i of order) expect(await run(i)).toEqual(first[i]);
    expect((await fromPixels(pixels).tensor()).data).toEqual(pixels.data);
  });
});
