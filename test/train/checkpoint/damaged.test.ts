import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { ModelCheckpoint } from "../../../src/train/callbacks/model-checkpoint.ts";
import { encodeSafetensors } from "../../../src/train/checkpoint/safetensors.ts";
import { fitModel } from "../../../src/train/fit.ts";
import { HashModel } from "../hash-model.ts";
import { quiet } from "../points.ts";
import { decodeSafetensors } from "./safetensors.ts";

class Numbers extends Sequence<number[]> {
  get length(): number {
    return 3;
  }
  getItem(index: number): number[] {
    return [index];
  }
}

let dir: string;
let warnings: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-damaged-"));
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation((message) => void warnings.push(String(message)));
  const callbacks = new ModelCheckpoint(join(dir, "{epoch}"));
  await fitModel(new HashModel(), new Numbers(), { epochs: 2, callbacks, ...quiet });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true });
});

const resume = (path: string) =>
  fitModel(new HashModel(), new Numbers(), { epochs: 4, resume: path, ...quiet });

/** The epochs' newest checkpoint with another text of the training state, or other metadata. */
async function changed(training: unknown, metadata: Record<string, string> = {}): Promise<Buffer> {
  const whole = await decodeSafetensors(await readFile(join(dir, "2.safetensors")));
  const text = typeof training === "string" ? training : JSON.stringify(training);
  return Buffer.concat(
    encodeSafetensors({ ...whole, metadata: { ...whole.metadata, training: text, ...metadata } }),
  );
}

const state = async (): Promise<Record<string, unknown>> =>
  JSON.parse((await decodeSafetensors(await readFile(join(dir, "2.safetensors")))).metadata.training!);

/** What may lie under the name of the newest checkpoint, and what is said of it. */
const odd: Record<string, readonly [make: (path: string) => unknown, says: RegExp]> = {
  "a file that was cut by 4 bytes": [
    async (path) => {
      const bytes = await readFile(join(dir, "2.safetensors"));
      await writeFile(path, bytes.subarray(0, -4));
    },
    /It is cut off: its tensors need \d+ bytes, it has \d+/,
  ],
  "an empty file": [(path) => writeFile(path, ""), /It has 0 bytes/],
  "a file of zeros": [(path) => writeFile(path, new Uint8Array(4096)), /Its header is no JSON/],
  "a page of text": [(path) => writeFile(path, "<!doctype html> not found"), /announces a header/],
  "a header of 2^60 bytes": [
    (path) => writeFile(path, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 16, 123])),
    /announces a header of 1152921504606846976 bytes/,
  ],
  "a huge file with nothing in it": [
    async (path) => {
      await writeFile(path, new Uint8Array([0, 0, 0, 0, 0, 1, 0, 0]));
      await truncate(path, 2 ** 41);
    },
    /announces a header of/,
  ],
  "a training state that is a number": [
    async (path) => writeFile(path, await changed("7")),
    /Its training state is none/,
  ],
  "a training state that is no JSON": [
    async (path) => writeFile(path, await changed("{")),
    /Its training state cannot be read/,
  ],
  "a training state of epoch NaN": [
    async (path) => writeFile(path, await changed({ ...(await state()), epoch: { $number: "NaN" } })),
    /Its training state is none/,
  ],
  "a training state without history": [
    async (path) => writeFile(path, await changed({ ...(await state()), epoch: 9, history: null })),
    /Its training state is none/,
  ],
  "a state that names a tensor which is not there": [
    async (path) =>
      writeFile(
        path,
        await changed({
          ...(await state()),
          epoch: 9,
          callbacks: [{ name: "X", state: { $tensor: "training/x" } }],
        }),
      ),
    /has no tensor "training\/x"/,
  ],
  "another version": [
    async (path) => writeFile(path, await changed({ ...(await state()), epoch: 9 }, { version: "99" })),
    /It was written as version 99/,
  ],
  "weights alone": [
    (path) => writeFile(path, Buffer.concat(encodeSafetensors({ tensors: {}, metadata: {} }))),
    /It holds weights, but no training state/,
  ],
  "a folder": [(path) => mkdir(path), /is a folder, where a file is needed/],
  "a link to nothing": [(path) => symlink("nowhere", path), /cannot be read: ENOENT/],
  ...(process.platform !== "win32" && {
    "a named pipe": [(path) => execFileSync("mkfifo", [path]), /is a named pipe, where a file is needed/],
    "a socket": [
      async (path) => {
        const server = createServer().listen(path);
        await new Promise((resolve) => server.once("listening", resolve));
        server.unref();
      },
      /cannot be read: ENXIO/,
    ],
    "a link to a device": [(path) => symlink("/dev/zero", path), /is a device, where a file is needed/],
  }),
};

describe.each(Object.entries(odd))("%s in the place of the newest checkpoint", (_, [make, says]) => {
  it("is passed over for the newest whole one, with a warning that names it", async () => {
    await make(join(dir, "9.safetensors"));
    const { epoch } = await resume(dir);
    expect(epoch).toEqual([0, 1, 2, 3]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(says);
    expect(warnings[0]).toMatch(/goes on from .*2\.safetensors\. Passed over in .*9\.safetensors/);
  });

  it("is an error where there is no other, or where it was named", async () => {
    await make(join(dir, "9.safetensors"));
    const named = await resume(join(dir, "9.safetensors")).catch((error: unknown) => error);
    for (const name of ["1", "2"]) await rm(join(dir, `${name}.safetensors`));
    const alone = await resume(dir).catch((error: unknown) => error);
    // A folder may be given, and then there is nothing in it.
    if (says.source.includes("a folder")) expect(named).toHaveProperty("epoch", [0, 1, 2, 3]);
    else expect(named).toMatchObject({ name: "StateError", message: expect.stringMatching(says) });
    expect(alone).toMatchObject({ name: "StateError", message: expect.stringMatching(says) });
    expect((alone as Error).message).toMatch(/has no whole checkpoint.*9\.safetensors.*to start anew\.$/);
    expect(warnings).toEqual([]);
  });
});

describe("a folder of checkpoints", () => {
  it("gives the second, third… newest where several are damaged", async () => {
    await truncate(join(dir, "2.safetensors"), 100);
    await writeFile(join(dir, "3.safetensors"), "");
    const { epoch } = await resume(dir);
    expect(epoch).toEqual([0, 1, 2, 3]);
    expect(warnings[0]).toMatch(/goes on from .*1\.safetensors.*2\.safetensors.*3\.safetensors/);
  });

  it("may hold other files, and be empty, or not there", async () => {
    await writeFile(join(dir, "notes.txt"), "mine");
    await resume(dir);
    await mkdir(join(dir, "empty"));
    for (const path of [join(dir, "empty"), join(dir, "nothing"), join(dir, "notes.txt", "below")]) {
      expect((await resume(path)).epoch).toEqual([0, 1, 2, 3]);
    }
    expect(warnings).toEqual([]);
    expect(await readdir(dir)).toContain("notes.txt");
  });
});
