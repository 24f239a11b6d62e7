import { expect, it } from "vitest";
import { soakTrainer } from "../../scripts/soak/trainer.ts";

it("trainers that are killed end as ones that are not", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const { kills, lost, torn } = await soakTrainer({ seed, kills: 30 });
  expect(kills).toBeGreaterThanOrEqual(30);
  expect([lost, torn]).toEqual([0, 0]);
});
