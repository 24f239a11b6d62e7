import { execFileSync, spawn } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendWhole } from "../../../src/train/files/append-file.ts";
import { writeAtomically } from "../../../src/train/files/atomic-file.ts";
import { removeLeftovers, temporaryName } from "../../../src/train/files/leftovers.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const linux = process.platform === "linux";

describe("writeAtomically", () => {
  it("lets many write one file at once: it is always one of theirs, and nothing is left", async () => {
    const path = join(dir, "below", "x");
    const contents = Array.from({ length: 30 }, (_, i) => String(i).repeat(100_000));
    const writing = contents.map((text) => writeAtomically(path, [bytes(text)]));
    await Promise.any(writing);
    for (let reads = 0; reads < 20; reads++) expect(contents).toContain(await readFile(path, "utf8"));
    await Promise.all(writing);
    expect(await readdir(join(dir, "below"))).toEqual(["x"]);
  });

  it("goes on where another program removes the folder in between", async () => {
    const path = join(dir, "below", "x");
    let over = false;
    const remove = async (): Promise<void> => {
      while (!over) await rm(join(dir, "below"), { recursive: true, force: true }).catch(() => {});
    };
    const removing = remove();
    // It may lose the race again and again; then it says so, about the file or the folder.
    for (let i = 0; i < 20; i++) {
      const error = await writeAtomically(path, [bytes("x")]).catch((thrown: unknown) => thrown);
      if (error !== undefined) expect(error).toMatchObject({ message: expect.stringContaining(dir) });
    }
    over = true;
    await removing;
    await writeAtomically(path, [bytes("x")]);
    expect(await readFile(path, "utf8")).toBe("x");
  });

  it("writes through no link that was planted, under no name that can be guessed", async () => {
    await writeFile(join(dir, "victim"), "whole");
    for (const name of [`x.${process.pid}.tmp`, "x.tmp", "x"]) await symlink("victim", join(dir, name));
    await writeAtomically(join(dir, "x"), [bytes("new")]);
    expect(await readFile(join(dir, "victim"), "utf8")).toBe("whole");
    expect((await lstat(join(dir, "x"))).isFile()).toBe(true);
    expect(await temporaryName()).not.toBe(await temporaryName());
  });

  it("says what is wrong, with the path, and leaves what was there", async () => {
    await mkdir(join(dir, "folder"));
    const error = await writeAtomically(join(dir, "folder"), [bytes("x")]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "FileError",
      path: join(dir, "folder"),
      cause: { code: "EISDIR" },
      message: expect.stringMatching(/folder cannot be written: EISDIR.*\. There is a folder of this name/),
    });
    expect(await readdir(dir)).toEqual(["folder"]);
    const long = join(dir, "n".repeat(300));
    await expect(writeAtomically(long, [bytes("x")])).rejects.toThrow("Give it a shorter name.");
    await writeAtomically(join(dir, "n".repeat(255)), [bytes("x")]);
    await expect(writeAtomically(join(dir, "folder", "a\0b"), [])).rejects.toMatchObject({
      name: "FileError",
    });
    expect(await readdir(join(dir, "folder"))).toEqual([]);
  });
});

describe("what killed writers leave", () => {
  /** A temporary file, as `node -e` would leave it when killed. */
  async function leave(name: string, age = 0): Promise<string> {
    await writeFile(join(dir, name), "half");
    const then = Date.now() / 1000 - age;
    await utimes(join(dir, name), then, then);
    return name;
  }

  it.runIf(linux)("is removed by the next write, and a live writer's file is not", async () => {
    const child = spawn("sleep", ["60"]);
    try {
      const own = await leave(await temporaryName());
      const [, space, , start] = /^\.epochal-(\w+-\d+)-(\d+)-(\d+)-/.exec(own)!;
      const other = (pid: number, began: string, where = space): Promise<string> =>
        leave(`.epochal-${where}-${pid}-${began}-00ff.tmp`);
      const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
      const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
      const alive = await other(child.pid!, began);
      // The number of a process that is there, but began at another time: it was given out again.
      const again = await other(process.pid, String(Number(start) - 1));
      const dead = await other(2 ** 22 + 1, start!);
      // The same number in another container, on another machine.
      const elsewhere = await other(process.pid, start!, "00ff-1");
      const foreign = [await leave("x.tmp"), await leave(".epochal-x.tmp"), await leave("mine.safetensors")];
      await removeLeftovers(dir);
      expect(await readdir(dir)).not.toContain(again);
      await writeAtomically(join(dir, "x"), [bytes("x")]);
      expect((await readdir(dir)).sort()).toEqual([own, alive, elsewhere, "x", ...foreign].sort());
      expect(await readdir(dir)).not.toContain(dead);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("by writers that cannot be asked after goes when nobody has touched it for hours", async () => {
    const old = await leave(".epochal-00ff-1-1-1-00ff.tmp", 7200);
    const nameless = await leave(".epochal--00ff.tmp", 7200);
    const young = await leave(".epochal-00ff-1-1-1-00fe.tmp", 60);
    await removeLeftovers(dir);
    expect((await readdir(dir)).sort()).toEqual([old, nameless, young].sort());
    await writeAtomically(join(dir, "x"), [bytes("x")]);
    expect((await readdir(dir)).sort()).toEqual([young, "x"]);
  });

  it.runIf(linux)(
    "is known for that when its writer was killed and nobody has asked for it yet",
    async () => {
      // A shell whose child is killed and not waited for: a body that still has its number.
      const shell = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
      const pid = Number(await new Promise((resolve) => shell.stdout.once("data", resolve)));
      try {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8");
        const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
        const space = /^\.epochal-(\w+-\d+)-/.exec(await temporaryName())![1];
        await leave(`.epochal-${space}-${pid}-${began}-00ff.tmp`);
        await removeLeftovers(dir);
        expect(await readdir(dir)).toHaveLength(1);
        process.kill(pid, "SIGKILL");
        while (!(await readFile(`/proc/${pid}/stat`, "utf8")).includes(") Z "))
          await new Promise(setImmediate);
        await removeLeftovers(dir);
        expect(await readdir(dir)).toEqual([]);
      } finally {
        shell.kill("SIGKILL");
      }
    },
  );
});

describe("appendWhole", () => {
  it("adds, makes a file, and refuses one that is there when it shall be new", async () => {
    await appendWhole(join(dir, "x"), bytes("a"));
    await appendWhole(join(dir, "x"), bytes("b"));
    expect(await readFile(join(dir, "x"), "utf8")).toBe("ab");
    await expect(appendWhole(join(dir, "x"), bytes("c"), "ax")).rejects.toMatchObject({
      name: "FileError",
      cause: { code: "EEXIST" },
    });
    expect(await readFile(join(dir, "x"), "utf8")).toBe("ab");
  });

  it.runIf(linux)("says that the disk is full", async () => {
    await expect(appendWhole("/dev/full", bytes("x"))).rejects.toMatchObject({
      name: "FileError",
      path: "/dev/full",
      message: expect.stringContaining("The disk is full: make room on it"),
    });
  });
});

/** Whether this machine lets us make a small disk: root in most containers is not allowed to. */
function canMount(): boolean {
  if (!linux || process.getuid?.() !== 0) return false;
  try {
    execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(canMount())("a disk of 64 KiB", () => {
  let disk: string;
  beforeEach(async () => {
    disk = join(dir, "disk");
    await mkdir(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", disk]);
  });
  afterEach(() => void execFileSync("umount", [disk]));

  it("that is full keeps the older file, leaves nothing, and is used again once there is room", async () => {
    const path = join(disk, "x");
    await writeAtomically(path, [bytes("old")]);
    const error = await writeAtomically(path, [new Uint8Array(100_000)]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "FileError", path, cause: { code: "ENOSPC" } });
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(disk)).toEqual(["x"]);
    await expect(appendWhole(path, new Uint8Array(100_000))).rejects.toMatchObject({ name: "FileError" });
    expect(await readFile(path, "utf8")).toBe("old");
    await expect(appendWhole(join(disk, "y"), new Uint8Array(100_000), "ax")).rejects.toThrow("disk is full");
    expect(await readdir(disk)).toEqual(["x"]);
    await writeAtomically(path, [bytes("new")]);
    expect(await readFile(path, "utf8")).toBe("new");
  });

  it.runIf(linux)("that a killed writer has filled has room again", async () => {
    const [, space] = /^\.epochal-(\w+-\d+)-/.exec(await temporaryName())!;
    await writeFile(join(disk, `.epochal-${space}-${2 ** 22 + 1}-1-00ff.tmp`), new Uint8Array(60_000));
    await writeAtomically(join(disk, "x"), [new Uint8Array(50_000)]);
    expect(await readdir(disk)).toEqual(["x"]);
  });

  it("that is read-only is said to be", async () => {
    await writeAtomically(join(disk, "x"), [bytes("old")]);
    execFileSync("mount", ["-o", "remount,ro", disk]);
    await expect(writeAtomically(join(disk, "x"), [bytes("new")])).rejects.toMatchObject({
      name: "FileError",
      cause: { code: "EROFS" },
    });
    await expect(writeAtomically(join(disk, "below", "x"), [bytes("new")])).rejects.toThrow(
      /^The folder .*below cannot be made: EROFS/,
    );
    expect(await readFile(join(disk, "x"), "utf8")).toBe("old");
  });
});
