import { expect, it } from "vitest";
import { threefry } from "../../src/random/threefry.ts";

const words = (text: string): number[] => text.split(" ").map((word) => Number.parseInt(word, 16));

// The three `threefry4x32 20` lines of tests/kat_vectors in Random123: counter, key, answer.
it.each([
  [
    "00000000 00000000 00000000 00000000",
    "00000000 00000000 00000000 00000000",
    "9c6ca96a e17eae66 fc10ecd4 5256a7d8",
  ],
  [
    "ffffffff ffffffff ffffffff ffffffff",
    "ffffffff ffffffff ffffffff ffffffff",
    "2a881696 57012287 f6c7446e a16a6732",
  ],
  [
    "243f6a88 85a308d3 13198a2e 03707344",
    "a4093822 299f31d0 082efa98 ec4e6c89",
    "59cd1dbb b8879579 86b5d00c ac8b6d84",
  ],
])("gives the published answer for counter %s under key %s", (counter, key, answer) => {
  const [c0, c1, c2, c3] = words(counter) as [number, number, number, number];
  const [k0, k1, k2, k3] = words(key) as [number, number, number, number];
  const out = new Uint32Array(4);
  threefry(c0, c1, c2, c3, k0, k1, k2, k3, out);
  expect([...out]).toEqual(words(answer));
});
