/** Random colours are the same bytes wherever they are made. */
import { assertSameForAnyWorkers } from "epochal/testing";
import { it } from "vitest";
import { Augmented } from "../fixtures/augmented.js";

it("are the same inline, in threads and in processes", async () => {
  await assertSameForAnyWorkers(new Augmented(6), { epochs: 2, workers: [0, 2] });
});
