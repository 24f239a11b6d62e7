import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  affine,
  blur,
  crop,
  flip,
  fromPixels,
  grayscale,
  type Image,
  imread,
  normalize,
  pad,
  perspective,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  resize,
  together,
} from "../../src/image/index.ts";
import { createRandom, type Random } from "../../src/random/random.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { writePng } from "./png-writer.ts";
import { picture } from "./steps/picture.ts";

/** A chain of steps, and how far its pixels may lie from where positions say: half a pixel a pass, larger where it is. */
interface Chain {
  readonly image: Image;
  readonly height: number;
  readonly width: number;
  readonly off: number;
}

/** Adds a step that a number of `random` stands for. */
function drawn({ image, height, width, off }: Chain, random: Random): Chain {
  const [h, w] = [random.integer(20, 60), random.integer(20, 60)];
  const grown = off * Math.max(1, h / height, w / width) + 0.6;
  switch (random.integer(0, 9)) {
    case 0:
      return {
        image: resize(image, [h, w], { fit: random.choice(["fill"]) }),
        height: h,
        width: w,
        off: grown,
      };
    case 1:
      return { image: flip(image, random.choice(["horizontal", "vertical"])), height, width, off };
    case 2: {
      const [ch, cw] = [Math.ceil(height * 0.8), Math.ceil(width * 0.7)];
      return { image: randomCrop(image, [ch, cw], { random }), height: ch, width: cw, off };
    }
    case 3:
      return { image: pad(image, [3, 1, 0, 5]), height: height + 3, width: width + 6, off };
    case 4: {
      const turned = affine(image, {
        rotate: random.uniform(-180, 180),
        scale: random.uniform(0.7, 1.2),
        translate: [random.uniform(-0.1, 0.1), 0.1],
        shear: random.uniform(-10, 10),
      });
      return { image: turned, height, width, off: 1.4 * off + 1.5 };
    }
    case 5: {
      const near = () => random.uniform(0, 0.15);
      const to = [
        [near(), near()],
        [near(), 1 - near()],
        [1 - near(), 1 - near()],
        [1 - near(), near()],
      ] as const;
      return { image: perspective(image, { to }), height, width, off: 1.3 * off + 1.5 };
    }
    case 6:
      return {
        image: randomResizedCrop(image, [h, w], { random, scale: [0.4, 1], dtype: "uint8" }),
        height: h,
        width: w,
        off: 2 * grown,
      };
    case 7:
      return { image: blur(randomFlip(image, { random }), { sigma: 1 }), height, width, off };
    default:
      return {
        image: crop(image, 0.9),
        height: Math.round(height * 0.9),
        width: Math.round(width * 0.9),
        off,
      };
  }
}

/** The smallest box around the pixels of a class. */
function boxOf(data: ArrayLike<number>, width: number): number[] | undefined {
  let box: number[] | undefined;
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 9) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    box ??= [x, y, x + 1, y + 1];
    box = [Math.min(box[0]!, x), Math.min(box[1]!, y), Math.max(box[2]!, x + 1), Math.max(box[3]!, y + 1)];
  }
  return box;
}

describe("together", () => {
  it("takes boxes and points where it takes the pixels, for any chain of steps", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 5 }), async (seed, count) => {
        const random = createRandom(seed);
        const [height, width] = [random.integer(30, 60), random.integer(30, 60)];
        const [left, top] = [random.integer(0, width - 12), random.integer(0, height - 12)];
        const [right, bottom] = [random.integer(left + 12, width + 1), random.integer(top + 12, height + 1)];
        const classes = tensor(new Uint8Array(height * width), { shape: [height, width, 1] });
        for (let y = top; y < bottom; y++) classes.data.fill(9, y * width + left, y * width + right);
        let off = 0;
        const { image, mask, boxes, keptBoxes, points, keptPoints } = await together(
          {
            image: fromPixels(picture(height, width)),
            mask: fromPixels(classes),
            boxes: tensor([[left, top, right, bottom]], "float32"),
            points: tensor([[(left + right) / 2, (top + bottom) / 2]], "float32"),
          },
          (view) => {
            let chain: Chain = { image: view, height, width, off: 0 };
            for (let i = 0; i < count; i++) chain = drawn(chain, random);
            off = chain.off;
            return normalize(grayscale(chain.image));
          },
        );
        const { data, shape, dtype } = await mask.tensor();
        expect(dtype).toBe("uint8");
        expect(shape.slice(0, 2)).toEqual(image.shape!.slice(0, 2));
        expect([...new Set(data)].every((value) => value === 0 || value === 9)).toBe(true);
        const seen = boxOf(data, shape[1]!);
        const allowed = off + 1.01;
        if (keptBoxes.length === 0) {
          // What is dropped is hardly to be seen.
          if (seen !== undefined)
            expect(Math.min(seen[2]! - seen[0]!, seen[3]! - seen[1]!)).toBeLessThanOrEqual(1 + 2 * allowed);
          return;
        }
        expect([...boxes.shape, ...keptBoxes]).toEqual([1, 4, 0]);
        const [x0, y0, x1, y1] = boxes.data as unknown as [number, number, number, number];
        // The tip of a box that was turned may be narrower than a pixel.
        if (Math.min(x1 - x0, y1 - y0) > 2 * allowed + 2) {
          expect(seen).toBeDefined();
          for (const [i, edge] of [x0, y0, x1, y1].entries())
            expect(Math.abs(seen![i]! - edge), `${i}: ${seen} ${boxes.data}`).toBeLessThan(allowed + 2);
        }
        if (keptPoints.length === 0) return;
        const [x, y] = points.data as unknown as [number, number];
        expect(x >= 0 && y >= 0 && x <= shape[1]! && y <= shape[0]!).toBe(true);
        expect(x >= x0 - 1 && x <= x1 + 1 && y >= y0 - 1 && y <= y1 + 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  const image = fromPixels(picture(10, 20));

  it("cuts boxes off, and drops them by size and by what is seen of them", async () => {
    const boxes = tensor(
      [
        [0, 0, 4, 4],
        [2, 2, 10, 6],
        [6, 6, 10, 10],
        [15, 0, 20, 10],
      ],
      "float32",
    );
    const cut = (view: Image<"uint8">) => crop(view, [8, 8], { top: 0, left: 0 });
    const all = await together({ image, boxes }, cut);
    expect(all.keptBoxes).toEqual([0, 1, 2]);
    expect([...all.boxes.data]).toEqual([0, 0, 4, 4, 2, 2, 8, 6, 6, 6, 8, 8]);
    expect((await together({ image, boxes }, cut, { minVisible: 0.5 })).keptBoxes).toEqual([0, 1]);
    expect((await together({ image, boxes }, cut, { minSize: 3 })).keptBoxes).toEqual([0, 1]);
    const none = await together({ image, boxes }, cut, { minSize: 100 });
    expect(none.boxes.shape).toEqual([0, 4]);
  });

  it("drops what lies outside the image, whatever the steps", async () => {
    const boxes = tensor(
      [
        [-5, 0, 5, 4],
        [30, 0, 40, 5],
      ],
      "float32",
    );
    const points = tensor(
      [
        [-1, 0],
        [20, 10],
      ],
      "float32",
    );
    const steps = [(view: Image<"uint8">) => view, (view: Image<"uint8">) => flip(flip(view))];
    for (const change of steps) {
      const seen = await together({ image, boxes, points }, change);
      expect([...seen.boxes.data, ...seen.keptBoxes, ...seen.keptPoints]).toEqual([0, 0, 5, 4, 0, 1]);
      expect((await together({ image, boxes }, change, { minVisible: 0.6 })).keptBoxes).toEqual([]);
    }
  });

  it("drops a box of which a crop leaves no more than its edge, also where that is turned", async () => {
    const boxes = tensor([[10, 0, 20, 10]], "float32");
    const seen = await together({ image, boxes }, (view) =>
      affine(crop(view, [10, 10], { left: 0 }), { rotate: 40 }),
    );
    expect(seen.keptBoxes).toEqual([]);
  });

  it("mirrors and turns exactly", async () => {
    const square = fromPixels(picture(10, 10));
    const boxes = tensor([[1, 2, 4, 8]], "float32");
    const points = tensor([[1, 2]], "float32");
    const mirrored = await together({ image: square, boxes, points }, (view) => flip(view));
    expect([...mirrored.boxes.data, ...mirrored.points.data]).toEqual([6, 2, 9, 8, 9, 2]);
    // Clockwise: what was above is at the right.
    const turned = await together({ image: square, boxes, points }, (view) => affine(view, { rotate: 90 }));
    expect([...turned.boxes.data, ...turned.points.data]).toEqual([2, 1, 8, 4, 8, 1]);
  });

  it("finds the size of a file, and begins where the image's own steps end", async () => {
    const grey = writePng({
      width: 20,
      height: 10,
      depth: 8,
      colour: 0,
      interlaced: false,
      sample: (y, x) => x + y,
      filters: [0],
      splits: [],
      level: 1,
    });
    const file = imread(grey);
    const boxes = tensor([[0, 0, 10, 10]], "float32");
    const half = await together({ image: file, boxes }, (view) => resize(view, [5, 5]));
    expect([...half.boxes.data]).toEqual([0, 0, 2.5, 5]);
    const after = await together({ image: resize(file, 5), boxes }, (view) => flip(view));
    expect([...after.boxes.data]).toEqual([0, 0, 10, 5]);
  });

  it("takes the size from the header alone, but of a file that may be replaced", async () => {
    const file = writePng({
      width: 20,
      height: 10,
      depth: 8,
      colour: 0,
      interlaced: false,
      sample: (y, x) => x + y,
      filters: [0],
      splits: [],
      level: 1,
    });
    // Its pixels are damaged.
    file[50]! ^= 0xff;
    const boxes = tensor([[0, 0, 10, 10]], "float32");
    const half = (view: Image<"uint8">) => resize(view, [5, 5]);
    const thrown = await together({ image: imread(file), boxes }, half);
    expect([...thrown.boxes.data]).toEqual([0, 0, 2.5, 5]);
    await expect(thrown.image.tensor()).rejects.toThrow(/damaged/);
    const replaced = imread(file, { onError: () => picture(10, 10) });
    expect([...(await together({ image: replaced, boxes }, half)).boxes.data]).toEqual([0, 0, 5, 5]);
  });

  it("gives a mask the class that is asked for where there is nothing", async () => {
    const mask = fromPixels(tensor(new Uint8Array(200).fill(3), { shape: [10, 20, 1] }));
    const padded = await together({ image, mask }, (view) => pad(view, 1, { fill: 7 }), {
      maskFill: 255,
    });
    const { data } = await padded.mask.tensor();
    expect([data[0], data[22 + 1]]).toEqual([255, 3]);
    expect((await padded.image.tensor()).data[0]).toBe(7);
  });

  it("refuses what does not belong together, and says what to do", async () => {
    const same = (view: Image<"uint8">) => view;
    const small = fromPixels(picture(5, 20));
    await expect(together({ image, mask: small }, same)).rejects.toThrow(
      /mask has 20 x 5 pixels and the image 20 x 10.*Resize the mask/,
    );
    await expect(together({ image }, undefined as never)).rejects.toThrow(/a function of the image/);
    await expect(together({ image }, same, { maskFill: 256 })).rejects.toThrow(/`maskFill` must be/);
    await expect(together({ image }, () => small)).rejects.toThrow(/begin them with its argument/);
    const boxes = tensor([[5, 5, 2, 2]], "float32");
    await expect(together({ image, boxes }, same)).rejects.toThrow(/\[left, top, right, bottom\]/);
    await expect(together({ image, points: tensor([1, 2], "float32") }, same)).rejects.toThrow(
      /`points` is a float32 tensor of shape \[n, 2\], got float32 of shape \[2\]/,
    );
  });
});
