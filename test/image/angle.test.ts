import { describe, expect, it } from "vitest";
import { cosine, sine } from "../../src/image/angle.ts";

describe("sine and cosine of degrees", () => {
  it("are exact at quarter turns, however many", () => {
    const quarters = [-1080, -270, -180, -90, 0, 90, 180, 270, 360, 36_090];
    expect(quarters.map((degrees) => sine(degrees) + 0)).toEqual([0, 1, 0, -1, 0, 1, 0, -1, 0, 1]);
    expect(quarters.map((degrees) => cosine(degrees) + 0)).toEqual([1, 0, -1, 0, 1, 0, -1, 0, 1, 0]);
  });

  it("are those of Math, nearly to the last bit", () => {
    for (let degrees = -400; degrees < 400; degrees += 0.37) {
      expect(Math.abs(sine(degrees) - Math.sin((degrees * Math.PI) / 180))).toBeLessThan(2e-15);
      expect(Math.abs(cosine(degrees) - Math.cos((degrees * Math.PI) / 180))).toBeLessThan(2e-15);
    }
  });
});
