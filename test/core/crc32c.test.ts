import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/core/crc32c.ts";

describe("crc32c", () => {
  it("gives the values of RFC 3720, appendix B.4", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });

  it("is that of the polynomial bit by bit, for every length and beginning", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 151 + 7) % 256);
    for (let start = 0; start < 9; start++)
      for (let end = start; end <= bytes.length; end++) {
        let crc = 0xffffffff;
        for (const byte of bytes.subarray(start, end)) {
          crc ^= byte;
          for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
        }
        expect(crc32c(bytes.subarray(start, end))).toBe((crc ^ 0xffffffff) >>> 0);
      }
  });
});
