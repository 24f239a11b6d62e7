/** Files by their handles: what is there is what counts, and what a browser refuses is said with what to do. */
import { expect, it } from "vitest";
import { openBytes, pathOf, readBytes } from "../../src/bytes/open.ts";
import { openDataFile, readFrom } from "../../src/data/data-file.ts";
import { imread } from "../../src/image/imread.ts";
import { domError, fileHandle, handleOf } from "./handles.ts";

const most = 2 ** 20;

it("opens what is there now, by size and time, and shows its name", async () => {
  let text = "abc";
  const handle = fileHandle("a.txt", () => new File([text], "a.txt", { lastModified: text.length }));
  expect(pathOf(handle)).toBe("a.txt");
  expect((await openBytes(handle, { most })).version).toBe("3-3");
  text = "longer";
  const bytes = await openBytes(handle, { most });
  expect([bytes.byteLength, bytes.version]).toEqual([6, "6-6"]);
  expect(new TextDecoder().decode(await readBytes(handle, { most }))).toBe("longer");
});

it.each([
  ["NotFoundError", /It is gone: moved, renamed or deleted since it was chosen\. Choose it again\./],
  ["NotAllowedError", /requestPermission\(\{ mode: "read" \}\)/],
  ["NotReadableError", /It has changed since it was opened, or another program holds it/],
  ["TypeMismatchError", /There is a folder of this name now/],
  ["OtherError", /It cannot be read: The words of a browser\.$/],
])("says what a %s means, and keeps it", async (name, message) => {
  const cause = domError(name);
  const handle = fileHandle("x.jpg", () => {
    throw cause;
  });
  for (const read of [openBytes, readBytes])
    await expect(read(handle, { most })).rejects.toMatchObject({
      cause,
      message: expect.stringMatching(message),
    });
  await expect(imread(handle).tensor()).rejects.toMatchObject({
    name: "ImageError",
    path: "x.jpg",
    cause,
    message: expect.stringMatching(/^Cannot read the image x\.jpg: /),
  });
  await expect(openDataFile(handle)).rejects.toMatchObject({ name: "DataError", path: "x.jpg", cause });
});

it("ends a wait for it by the signal's reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  for (const read of [openBytes, readBytes])
    await expect(read(handleOf("abc"), { most, signal })).rejects.toThrow("enough");
});

it("refuses in another thread what is another content by then", async () => {
  let text = "abc";
  const handle = fileHandle("a.csv", () => new File([text], "a.csv", { lastModified: text.length }));
  const file = await openDataFile(handle);
  expect(file).toMatchObject({ path: "a.csv", byteLength: 3, version: "3-3" });
  // As a worker that gets the file opens it for itself.
  const copy = () => readFrom({ ...file }, {}, (bytes) => bytes.slice(0, 3));
  expect(new TextDecoder().decode(await copy())).toBe("abc");
  text = "abcd";
  await expect(copy()).rejects.toThrow(
    /^a\.csv: It is not what it was when the data set was opened: 3-3, now 4-4/,
  );
  const same = { ...file, version: "3-9" };
  text = "abc";
  await expect(readFrom(same, {}, (bytes) => bytes.slice(0, 3))).rejects.toThrow(/3-9, now 3-3/);
});
