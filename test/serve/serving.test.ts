/** What is served: that every class of ours can be found by its id, in the module that the id names. */
import { describe, expect, it } from "vitest";
import { idOf } from "../../src/core/native.ts";
import { read, readModules } from "../house/modules.ts";

/** Modules that pages and their workers may have: the command line is Node's. */
const modules = readModules().filter(({ path }) => !path.startsWith("src/cli/"));

/** Ids written in them, with the module that each is in. */
const written = modules.flatMap(({ path, text }) =>
  [...text.matchAll(/"epochal:([\w/-]+)#(\w+)"/g)].map(([id, place, name]) => ({
    path,
    id: id.slice(1, -1),
    place: place!,
    name: name!,
  })),
);

/** Those of the modules that they are written in; others speak of them. */
const ids = written.filter(({ path, place }) => path === `src/${place}.ts`);

/** Modules whose classes want packages, and are served where they are imported. */
const offered = ["data/arrow/arrow", "data/hdf5/hdf5", "data/parquet/parquet"];

describe("ids of ours", () => {
  it("name the module and the export that they are of, each once", async () => {
    expect(ids.length).toBeGreaterThan(40);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
    expect(written.filter(({ id }) => !ids.some((own) => own.id === id))).toEqual([]);
    for (const { id, place, name } of ids) {
      const module = (await import(new URL(`../../src/${place}.ts`, import.meta.url).href)) as Record<
        string,
        object
      >;
      expect(idOf(module[name]!), `${name} of ${place}`).toBe(id);
    }
  });

  it("are of modules that are served, or offered", () => {
    const served = [
      ...read("src/serve/serving.ts").matchAll(/"([\w/-]+)": \(\) => import\("\.\.\/\1\.ts"\)/g),
    ];
    const places = [...served.map(([, place]) => place!), ...offered];
    expect(places.sort()).toEqual([...new Set(ids.map(({ place }) => place))].sort());
    for (const place of offered) {
      const index = `src/${place.slice(0, place.lastIndexOf("/"))}/index.ts`;
      expect(read(index)).toContain(`offerModule("${place}", own)`);
    }
  });

  it("has every class that says in which module it is, but for those that only tests have", () => {
    const located = modules.filter(
      ({ path, text }) =>
        /static (?:override )?readonly module: string = import\.meta\.url/.test(text) &&
        !path.startsWith("src/testing/"),
    );
    const places = new Set(ids.map(({ path }) => path));
    expect(located.map(({ path }) => path).filter((path) => !places.has(path))).toEqual([]);
  });
});
