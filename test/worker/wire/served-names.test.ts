/** How served classes and functions are found: by ids, or alone; and never a wrong one in silence. */
import { describe, expect, it } from "vitest";
import { idOf } from "../../../src/core/native.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { byModule, type Locate, portable } from "../../../src/worker/wire/portable.ts";
import { byServedName, type Served, servedModules } from "../../../src/worker/wire/served-names.ts";
import { exportsOf } from "../../../src/worker/wire/snapshot/revive.ts";

class Photos extends Sequence<number> {
  readonly length = 1;
  getItem(index: number): number {
    return index;
  }
}
class Texts extends Photos {
  static override readonly id = "Texts";
}
class Sounds extends Photos {
  static override readonly id = "Sounds";
  override getItem(index: number): number {
    return index;
  }
}
class Words {
  readonly words: readonly string[] = [];
}
const augment = portable("augment", (x: number): number => x);

/** A class as another bundle has it, under another name. */
function renamed(name: string, body = "getItem(i) { return i; }"): typeof Photos {
  return new Function("Base", `return class ${name} extends Base { ${body} }`)(Sequence) as typeof Photos;
}

type Sent = Parameters<Locate>[0]["located"];
const sent = (value: unknown): Sent => value as Sent;

/** What a worker that serves `served` finds for what a page sends; the error's message where it finds none. */
async function find(value: unknown, served: Served, locate: Locate = byServedName()): Promise<unknown> {
  try {
    const kind = /^class/.test(String(value)) ? "class" : "function";
    const address = locate({ located: sent(value), kind, what: `the ${kind} sent`, holder: undefined });
    const load = servedModules(served, async () => undefined);
    return (await load(address.module))(address.export);
  } catch (error) {
    return (error as Error).message;
  }
}

describe("what is served", () => {
  it("is found by its id, whatever it is called", async () => {
    expect(await find(Texts, { Texts, Sounds, augment })).toBe(Texts);
    expect(await find(augment, { Texts, augment })).toBe(augment);
    const minified = Object.assign(renamed("a"), { id: "Sounds" });
    expect(await find(minified, { Texts, Sounds })).toBe(Sounds);
  });

  it("needs no id where it is the only class of a dataset, whatever bundlers call it", async () => {
    for (const name of ["Photos", "_Photos", "Photos$1", "na", "e"])
      expect(await find(renamed(name), { Photos }), name).toBe(Photos);
    expect(await find(renamed("kr"), { Photos, Texts, augment })).toBe(Photos);
  });

  it("is not taken for another one", async () => {
    expect(await find(renamed("Letters"), { Photos })).toMatch(
      /serves Photos; what was sent is an instance of Letters, which has no id\. Serve that class/,
    );
    for (const [served, other] of [
      ["Train", "Val"],
      ["CIFAR10", "CIFAR100"],
      ["Cat", "Dog"],
      ["Photos", "Photos2"],
    ] as const)
      expect(await find(renamed(other), { [served]: renamed(served) }), other).toMatch(/has no id/);
    const data = (name: string): typeof Photos => Object.assign(renamed(name), { id: "Data" });
    expect(await find(data("Test"), { Train: data("Train") })).toMatch(
      /has the id `Data` too, but is another/,
    );
    expect(await find(data("Photos2"), { Photos: data("Photos") })).toBeTypeOf("function");
    expect(await find(renamed("e", "getItem(i) { return i; } size() {}"), { Photos })).toMatch(/has no id/);
    expect(await find(Photos, { Texts })).toMatch(/serves Texts; .*Photos, which has no id/);
    expect(await find(Texts, { Photos, Sounds })).toMatch(
      /serves Photos, Sounds; what was sent has the id `Texts`\. .*serve\(\{ Photos, Sounds, Texts \}\)/,
    );
    expect(await find(Texts, {})).toMatch(/serves no class of yours/);
  });

  it("needs ids where there are several", async () => {
    expect(await find(Photos, { Photos, Other: renamed("Other") })).toMatch(
      /bundlers change the names.*static readonly id = "…"/,
    );
    const locate = byServedName();
    expect(await find(Photos, { Photos }, locate)).toBe(Photos);
    expect(await find(renamed("Other"), { Photos }, locate)).toMatch(/cannot tell Photos and Other apart/);
  });

  it("has ids, if it is a function or a class of a field", async () => {
    expect(await find((x: number) => x, { Photos })).toMatch(/needs an id of its own/);
    expect(await find(Words, { Photos })).toMatch(/has no id\. .*static readonly id = "…"/);
    expect(await find(Texts, { Texts, Words })).toMatch(/`Words`, given to serve\(\), has no id/);
    expect(await find(Texts, { Texts, flip: () => 1 })).toMatch(/portable\(import\.meta\.url, fn, "flip"\)/);
  });

  it("has ids that are texts, each once on either side", async () => {
    const locate = byServedName();
    const [one, other] = [renamed("One"), renamed("Other")].map((each) =>
      Object.assign(each, { id: "Data" }),
    );
    expect(await find(one, { one }, locate)).toBe(one);
    expect(await find(other, { one }, locate)).toMatch(/One and Other apart: both have the id `Data`/);
    for (const id of [5, "", null, "epochal:map"]) {
      const wrong = Object.assign(renamed("Wrong"), { id });
      expect(await find(wrong, { Photos })).toMatch(/`id` of the class sent must be a text/);
      expect(await find(Photos, { Photos, wrong })).toMatch(
        /`id` of `wrong`, given to serve\(\), must be a text/,
      );
    }
    expect(
      await find(renamed("Photos"), { Photos: Object.assign(renamed("Photos"), { id: "Photos" }) }),
    ).toMatch(/has no id/);
    expect(await find(Object.assign(renamed("Photos"), { id: "Photos" }), { Photos })).toMatch(
      /the `Photos` that is served has none/,
    );
  });

  it("is a class or a function, each id once", async () => {
    expect(await find(Texts, { Texts, rate: 5 })).toMatch(/got 5 as `rate`/);
    expect(await find(Texts, { Texts, Again: Object.assign(renamed("x"), { id: "Texts" }) })).toMatch(
      /two things with the id `Texts`/,
    );
  });
});

it("a class is called by its own id in messages, and not by its parent's", async () => {
  await expect(new Texts().at(5)).rejects.toThrow(/^Texts has no index 5/);
  class Child extends Texts {}
  await expect(new Child().at(5)).rejects.toThrow(/^Child has no index 5/);
});

describe("in a module", () => {
  class Old extends Photos {}
  class New extends Photos {
    static override readonly id = "Old";
  }
  const hard = portable("file:///a.js", (x: number): number => x, "easy");
  const easy = (x: number): number => x;
  const exports = exportsOf("file:///a.js", { Old, New, easy, hard });
  const addressOf = (located: unknown): string => {
    Object.defineProperty(located as object, "module", { value: "file:///a.js", configurable: true });
    return byModule()({ located: sent(located), kind: "class", what: "it", holder: undefined }).export;
  };

  it("what has an id is found by it alone, whatever another export is called", () => {
    for (const each of [Old, New, hard]) expect(exports(addressOf(each))).toBe(each);
    expect(() => exports("#nothing")).toThrow(/no export with the id `nothing`/);
  });

  it("an id with a # is one", async () => {
    class Numbered extends Photos {
      static override readonly id = "v2#Old";
    }
    await expect(new Numbered().at(5)).rejects.toThrow(/^v2#Old has no index/);
    expect(exportsOf("a", { Old, Numbered })(addressOf(Numbered))).toBe(Numbered);
  });

  it("a third argument of portable is the id, also where a bundle has no import.meta.url", () => {
    expect(idOf(portable(undefined as never, (x: number) => x, "flip"))).toBe("flip");
  });
});
