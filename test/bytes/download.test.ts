import { expect, it } from "vitest";
import { readBody } from "../../src/bytes/download.ts";

it("a download that grows beyond what is allowed is left, whatever its header says", async () => {
  let sent = 0;
  let left = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 100;
      controller.enqueue(new Uint8Array(100));
    },
    cancel: () => {
      left = true;
    },
  });
  const response = new Response(endless, { headers: { "content-length": "10" } });
  expect(await readBody(response, 1000)).toBeUndefined();
  expect(left).toBe(true);
  expect(sent).toBeLessThan(2000);
});

it("a download is read to its end, in whatever parts it comes", async () => {
  const parts = [[1], [], [2, 3], [4, 5, 6]].map((part) => Uint8Array.from(part));
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
  expect(await readBody(new Response(body), 1000)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  expect(await readBody(new Response(null), 1000)).toEqual(new Uint8Array(0));
});
