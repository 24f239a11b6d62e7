import { describe, expect, it } from "vitest";
import { Vocabulary, vocabulary } from "../../src/data/vocabulary.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import { threads } from "../../src/worker/kinds/thread.ts";
import { byModule } from "../../src/worker/wire/portable.ts";
import { exportsOf, revive } from "../../src/worker/wire/snapshot/revive.ts";
import { takeSnapshot } from "../../src/worker/wire/snapshot/snapshot.ts";
import { Probe } from "../sequence/probe.ts";

const texts = ["The cat sat.", "The dog's dog sat, the end", "ÉTÉ été 42"];

describe("vocabulary", () => {
  it("has the commonest words first, of one count in the order of their characters", async () => {
    const words = await vocabulary(texts);
    expect(words.tokens).toEqual(["", "[UNK]", "the", "sat", "été", "42", "cat", "dog", "dog's", "end"]);
    expect((await vocabulary(texts, { size: 4 })).tokens).toEqual(["", "[UNK]", "the", "sat"]);
    expect((await vocabulary(texts, { minCount: 3 })).tokens).toEqual(["", "[UNK]", "the"]);
  });

  it("numbers a text, cut off or filled up, and back", async () => {
    const words = await vocabulary(texts);
    expect(words.encode("the bird sat")).toEqual({
      data: Int32Array.of(2, 1, 3),
      shape: [3],
      dtype: "int32",
    });
    expect(words.encode("the bird sat", 2).data).toEqual(Int32Array.of(2, 1));
    expect(words.encode("the", 3).data).toEqual(Int32Array.of(2, 0, 0));
    expect(words.encode("").shape).toEqual([0]);
    expect(words.decode(words.encode("The bird sat", 5))).toEqual(["the", "[UNK]", "sat"]);
    expect(words.decode([3, 999])).toEqual(["sat", "[UNK]"]);
  });

  it("cuts by characters, whole ones, or by a function, whose empty tokens are none", async () => {
    const characters = await vocabulary(["a👍a"], { tokens: "characters" });
    expect(characters.tokens.slice(2)).toEqual(["a", "👍"]);
    const own = await vocabulary(["x--y"], { tokens: (text) => text.split("-") });
    expect(own.tokens.slice(2)).toEqual(["x", "y"]);
    expect(own.encode("x--y").data).toEqual(Int32Array.of(2, 1, 3));
  });

  it("takes a sequence, and a token named like a member of every object", async () => {
    const words = await vocabulary(map(new Probe("constructor", 3), ({ name }) => name));
    expect(words.tokens.slice(2)).toEqual(["constructor"]);
    expect(words.encode("toString").data).toEqual(Int32Array.of(1));
  });

  it("travels to workers, and is the same again from its list", async () => {
    const words = await vocabulary(texts);
    const snapshot = takeSnapshot(words, { to: threads({}, byModule()).recipient });
    const copy = (await revive(structuredClone(snapshot), async (url) =>
      exportsOf(url, await import(url)),
    )) as Vocabulary;
    expect(copy.encode(texts[1]!)).toEqual(words.encode(texts[1]!));
    const again = new Vocabulary(words.tokens.slice(2));
    expect(again.encode(texts[1]!)).toEqual(words.encode(texts[1]!));
  });

  it("refuses what is no text", async () => {
    await expect(vocabulary([5] as never)).rejects.toThrow(/takes texts, got 5/);
    await expect(vocabulary([], { tokens: "word" as never })).rejects.toThrow(/`tokens` must be/);
    await expect(vocabulary([], { size: 2 })).rejects.toThrow(/size/);
    await expect(vocabulary("hello world")).rejects.toThrow(/takes texts, got the string "hello world"/);
    await expect(vocabulary(["a b"], { tokens: (text) => text as never })).rejects.toThrow(
      /must make a list of strings of a text, got "a b"/,
    );
    await expect(vocabulary(["a"], { tokens: () => [1] as never })).rejects.toThrow(/got an array of 1/);
    const words = await vocabulary(texts);
    expect(() => words.encode(["the"] as never)).toThrow(/takes a text, got an array of 1/);
    expect(() => words.encode("the", -1)).toThrow(/`length` must be a whole number of at least 0/);
    expect(() => words.decode("23" as never)).toThrow(/takes numbers, got the string "23"/);
  });

  it("gives a token one number, that of unknown ones and of padding as well", async () => {
    const words = await vocabulary(["a [UNK] b [UNK]"], { tokens: (text) => text.split(" ") });
    expect(words.tokens).toEqual(["", "[UNK]", "a", "b"]);
    expect(words.encode("[UNK] b").data).toEqual(Int32Array.of(1, 3));
    expect(words.encode("a  b").data).toEqual(Int32Array.of(2, 1, 3));
    expect(() => new Vocabulary(words.tokens)).toThrow(/"" is there twice.*tokens\.slice\(2\)/);
    expect(() => new Vocabulary(["a", "b", "a"])).toThrow(/The token "a" is there twice/);
  });
});
