import { describe, expect, expectTypeOf, it } from "vitest";
import { compat, keras } from "../../../src/adapters/keras/index.ts";
import { type BatchOf, Sequence } from "../../../src/sequence/sequence.ts";

class Squares extends keras.utils.PyDataset<number> {
  override get length(): number {
    return 3;
  }
  override getItem(index: number): number {
    return index * index;
  }
}

describe("epochal/keras", () => {
  it("has the names that a reader looks for, and they are one class", () => {
    expect([keras.utils.Sequence, keras.utils.PyDataset, compat.v1.keras.utils.Sequence]).toEqual([
      Sequence,
      Sequence,
      Sequence,
    ]);
    expect(Object.keys(keras.callbacks).sort()).toMatchInlineSnapshot(`
      [
        "BackupAndRestore",
        "CSVLogger",
        "Callback",
        "EarlyStopping",
        "History",
        "LambdaCallback",
        "LearningRateScheduler",
        "ModelCheckpoint",
        "ProgbarLogger",
        "ReduceLROnPlateau",
        "TensorBoard",
        "TerminateOnNaN",
      ]
    `);
  });

  it("works as a base class, and as a type", async () => {
    const squares: keras.utils.Sequence<number> = new Squares();
    const old: compat.v1.keras.utils.Sequence<number> = squares;
    expect(old).toBeInstanceOf(compat.v1.keras.utils.PyDataset);
    expect(await squares.at(2)).toBe(4);
    expectTypeOf<BatchOf<Squares>>().toEqualTypeOf<number>();
  });
});
