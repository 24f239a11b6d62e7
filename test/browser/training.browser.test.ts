/** TensorFlow.js in a page: what it learns from web workers is what it learns in Node, inline, to the last bit. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { serveBundled } from "./bundle.ts";
import { inEveryEngine } from "./engines.ts";
import { train } from "./training/train.js";

let page: Awaited<ReturnType<typeof serveBundled>>;
let inNode: Awaited<ReturnType<typeof train>>;

beforeAll(async () => {
  page = await serveBundled("training");
  inNode = await train({ workers: 0 });
  expect(inNode.loss).toHaveLength(3);
});
afterAll(() => page.close());

inEveryEngine((open) => {
  it.each([0, 2])("learns the same over %i workers as in Node", async (workers) => {
    const { evaluate, problems, close } = await open(page.url);
    expect(await evaluate(`train(${workers})`)).toEqual(inNode);
    expect(problems).toEqual([]);
    await close();
  });
});
