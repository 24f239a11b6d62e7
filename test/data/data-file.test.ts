import fs, {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { BytesSource } from "../../src/bytes/open.ts";
import type { DataError } from "../../src/core/errors.ts";
import { type DataFile, openDataFile, readFrom } from "../../src/data/data-file.ts";
import { ranges, served } from "../bytes/server.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-data-file-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => vi.useRealTimers());

let made = 0;
function file(text: string): string {
  const path = join(root, `${made++}.txt`);
  writeFileSync(path, text);
  return path;
}
function change(path: string): void {
  writeFileSync(path, "xyz");
  utimesSync(path, 1, 1);
}
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const all = (source: DataFile) =>
  readFrom(source, {}, (bytes) => {
    const part = bytes.slice(0, 100);
    return part instanceof Promise ? part.then(decode) : decode(part);
  });

describe("a file of a data set", () => {
  it("is plain data, from which a thread that never saw it reads the same bytes at once", async () => {
    const path = file("abc");
    const source = await openDataFile(path);
    const copy = structuredClone(source);
    expect(copy).toMatchObject({ where: path, path, byteLength: 3 });
    expect([all(source), all(copy)]).toEqual(["abc", "abc"]);
  });

  it("is refused where it is opened anew and the file is another one of the same length", async () => {
    const path = file("abc");
    const copy = structuredClone(await openDataFile(path));
    change(path);
    expect(() => all(copy)).toThrow(/txt: It is not what it was when the data set was opened/);
    // And not only the first time.
    expect(() => all(copy)).toThrow(/It is not what it was/);
  });

  /** Ways in which a file becomes another one, and back again, as far as names, sizes and times go. */
  const changes: Readonly<
    Record<string, readonly [there: (path: string) => void, back: (path: string) => void]>
  > = {
    "written over": [
      (path) => writeFileSync(path, "wxyz"),
      (path) => {
        writeFileSync(path, "abcd");
        utimesSync(path, 5, 5);
      },
    ],
    "written over, and its time set back": [
      (path) => {
        writeFileSync(path, "wxyz");
        utimesSync(path, 5, 5);
      },
      (path) => {
        writeFileSync(path, "abcd");
        utimesSync(path, 5, 5);
      },
    ],
    replaced: [
      (path) => {
        renameSync(path, `${path}.old`);
        writeFileSync(path, "wxyz");
      },
      (path) => renameSync(`${path}.old`, path),
    ],
    "replaced by one of equal size and time": [
      (path) => {
        copyFileSync(path, `${path}.old`);
        writeFileSync(`${path}.new`, "wxyz");
        utimesSync(`${path}.new`, 5, 5);
        renameSync(`${path}.new`, path);
      },
      (path) => {
        renameSync(`${path}.old`, path);
        utimesSync(path, 5, 5);
      },
    ],
    "made longer": [(path) => appendFileSync(path, "e"), (path) => truncateSync(path, 4)],
    "cut off": [
      (path) => truncateSync(path, 2),
      (path) => {
        writeFileSync(path, "abcd");
        utimesSync(path, 5, 5);
      },
    ],
    removed: [(path) => renameSync(path, `${path}.old`), (path) => renameSync(`${path}.old`, path)],
  };
  const dated = (text: string): string => {
    const path = file(text);
    utimesSync(path, 5, 5);
    return path;
  };

  it.each(Object.entries(changes))(
    "that was %s is an error a moment later, for every reader of it, and for ever",
    async (_, [there, back]) => {
      vi.useFakeTimers({ toFake: ["performance"] });
      const path = dated("abcd");
      const sources = [await openDataFile(path), await openDataFile(path), await openDataFile(path)];
      expect(sources.map(all)).toEqual(["abcd", "abcd", "abcd"]);
      vi.advanceTimersByTime(50);
      // Whose look is due later.
      const late = await openDataFile(path);
      there(path);
      vi.advanceTimersByTime(50);
      const readers = [...sources, late];
      for (const each of readers) expect(() => all(each)).toThrow(/txt: The file is not what it was/);
      for (let turn = 0; turn < 3; turn++) {
        for (const each of readers) expect(() => all(each)).toThrow(/txt: The file is not what it was/);
        // As names, sizes and times go, it is the file that was opened.
        if (turn === 0) back(path);
        vi.advanceTimersByTime(1000);
      }
      // Who opens it now has what is there now.
      expect(all(await openDataFile(path))).toBe("abcd");
    },
  );

  it.each(Object.entries(changes))(
    "that was %s while it was closed for others is an error where it is opened again",
    async (_, [there]) => {
      const path = dated("abcd");
      const source = await openDataFile(path);
      for (let i = 0; i < 70; i++) await openDataFile(file(`${i}`));
      there(path);
      for (let turn = 0; turn < 2; turn++) expect(() => all(source)).toThrow(/txt: (The file|It|There) is n/);
    },
  );

  it("that became shorter is an error where it is read, and after", async () => {
    const path = file("abcd");
    const source = await openDataFile(path);
    truncateSync(path, 2);
    const rest = (at: number) => () => readFrom(source, {}, (bytes) => bytes.readInto(new Uint8Array(1), at));
    expect(rest(3)).toThrow(/txt: The file has become shorter since it was opened/);
    expect(rest(0)).toThrow(/txt: The file has become shorter since it was opened/);
  });

  it("may get another mode, and another name beside its own, while it is open and after it was closed", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = file("abcd");
    const source = await openDataFile(path);
    for (const touch of [() => chmodSync(path, 0o600), () => linkSync(path, `${path}.link`)]) {
      touch();
      vi.advanceTimersByTime(100);
      expect(all(source)).toBe("abcd");
    }
    for (let i = 0; i < 70; i++) await openDataFile(file(`${i}`));
    chmodSync(path, 0o644);
    expect(all(source)).toBe("abcd");
  });

  it("that cannot be looked at for a moment is looked at again, and is no other file", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = file("abcd");
    const source = await openDataFile(path);
    vi.advanceTimersByTime(100);
    const look = vi.spyOn(fs, "statSync").mockImplementation(() => {
      throw Object.assign(new Error("EIO: i/o error, stat"), { code: "EIO", syscall: "stat" });
    });
    try {
      for (let turn = 0; turn < 2; turn++)
        expect(() => all(source)).toThrow(/txt: The file cannot be read: EIO/);
    } finally {
      look.mockRestore();
    }
    expect(all(source)).toBe("abcd");
  });

  it("keeps few files open, however many are read in turn", async () => {
    const sources = await Promise.all(Array.from({ length: 200 }, (_, i) => openDataFile(file(`${i}`))));
    for (let turn = 0; turn < 2; turn++)
      for (const [i, each] of sources.entries()) expect(all(each)).toBe(`${i}`);
  });

  it.each<[string, (text: string) => BytesSource]>([
    ["a Blob", (text) => new Blob([text])],
    ["a URL of a Blob", (text) => URL.createObjectURL(new Blob([text]))],
    ["a data: URL", (text) => `data:,${text}`],
    ["bytes", (text) => new TextEncoder().encode(text)],
    ["a large Blob", (text) => new Blob([new Uint8Array(3 * 2 ** 20), text])],
    [
      "large bytes",
      (text) => new Uint8Array([...new Uint8Array(2 ** 21), ...new TextEncoder().encode(text)]),
    ],
    ["a File", (text) => new File([text], "a", { lastModified: text.charCodeAt(0) })],
  ])("that is %s names its content, and is read by every thread", async (_, place) => {
    const [one, same, other] = [
      await openDataFile(place("abc")),
      await openDataFile(place("abc")),
      await openDataFile(place("xyz")),
    ];
    expect(one.byteLength).toBe(other.byteLength);
    expect(typeof one.version).toBe("string");
    expect(same.version).toBe(one.version);
    expect(other.version).not.toBe(one.version);
    const end = (source: DataFile) =>
      readFrom(source, {}, (bytes) => bytes.slice(source.byteLength - 3, source.byteLength));
    for (const each of [one, { ...one }]) expect(String.fromCharCode(...(await end(each)))).toBe("abc");
  });

  it("of a server without ranges is downloaded once, for all threads, however many there are", async () => {
    let asked = 0;
    await served(
      (request, response) => {
        asked++;
        response.end(`content of ${request.url}`);
      },
      async (address) => {
        const files = await Promise.all(
          Array.from({ length: 70 }, (_, i) => openDataFile(`${address}${i + 10}`)),
        );
        // Which another thread gets; what is shared cannot be cloned here.
        const copies = files.map((each) => ({ ...each }));
        for (let turn = 0; turn < 2; turn++)
          for (const [i, each] of [...files, ...copies].entries())
            expect(await all(each)).toBe(`content of /${(i % 70) + 10}`);
        expect(asked).toBe(70);
        expect(new Set(files.map(({ version }) => version)).size).toBe(70);
        expect(files[0]!.content?.buffer).toBeInstanceOf(SharedArrayBuffer);
        // Once it is there, a row of it takes no promise.
        expect(all(files[69]!)).toBe("content of /79");
      },
    );
  });

  it("of a server without ranges is refused where it is larger than all of them may be", async () => {
    await served(
      (_, response) => void response.writeHead(200, { "content-length": 2 ** 31 }).write("a"),
      async (address) => {
        const error = await thrown(() => openDataFile(address));
        expect(error).toMatchObject({ name: "DataError", path: address });
        expect(error.message).toMatch(
          /no ranges, .* of 1024 MiB are left .* `cache` of http\(\) keep it on disk/,
        );
      },
    );
  });

  it("of a server is what it was where that had another version for a while", async () => {
    let etag = '"a"';
    const answer = ranges(
      () => new TextEncoder().encode("abc"),
      () => ({ etag }),
    );
    await served(answer, async (address) => {
      const source = await openDataFile(address);
      const copy = { ...source };
      etag = '"b"';
      for (const each of [source, copy])
        await expect(all(each)).rejects.toThrow(/: It is not what it was .*"a", now "b"/);
      etag = '"a"';
      for (const each of [source, copy]) expect(await all(each)).toBe("abc");
    });
  });

  it("of a server with ranges that names no version is read, and a warning says what that means", async () => {
    const said: string[] = [];
    const listen = (warning: Error) => void said.push(warning.message);
    process.on("warning", listen);
    try {
      await served(
        ranges(() => new TextEncoder().encode("abc")),
        async (address) => {
          for (const name of ["a", "b"]) {
            const source = await openDataFile(`${address}${name}?signature=secret`);
            expect(source.version).toBeUndefined();
            expect(await all({ ...source })).toBe("abc");
          }
          await new Promise((resolve) => setImmediate(resolve));
          expect(said).toEqual([
            `${address.slice(0, -1)} says of its files neither ETag nor Last-Modified: should one change while it is read, or until a state or a disk cache is used again, nobody will know. Let it send one of them, or download the files.`,
          ]);
        },
      );
    } finally {
      process.off("warning", listen);
    }
  });

  it("names the place in its errors, and keeps the cause", async () => {
    const source = await openDataFile(file("abc"));
    const place = { row: 7, column: "x", offset: 12 };
    const error = await thrown(() =>
      readFrom(source, place, (bytes) => bytes.readInto(new Uint8Array(5), 0)),
    );
    expect(error).toMatchObject({ name: "DataError", path: source.path, ...place });
    expect(error.message).toBe(
      `${source.path}, row 7, column "x", byte 12: It ends after 3 bytes, and those from 0 to 5 were to be read. It was cut off, or is not what it was taken for.`,
    );
    const missing = await thrown(() => openDataFile(join(root, "none")));
    expect(missing).toMatchObject({ name: "DataError", path: join(root, "none"), cause: { code: "ENOENT" } });
  });
});

async function thrown(run: () => unknown): Promise<DataError> {
  try {
    await run();
  } catch (error) {
    return error as DataError;
  }
  throw new Error("nothing was thrown");
}
