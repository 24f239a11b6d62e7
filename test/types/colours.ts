/** Steps over colours keep the dtype; what they need of a user is checked by the compiler. */
import type { Random } from "epochal";
import {
  adjust,
  autocontrast,
  colorJitter,
  erase,
  type Image,
  invert,
  normalize,
  randAugment,
  randomErasing,
  resize,
  solarize,
  trivialAugment,
} from "epochal/image";
import type { Assert, Same } from "./assert.ts";

declare const bytes: Image<"uint8">;
declare const random: Random;
const floats = resize(bytes, [2, 2]);

const adjusted = adjust(bytes, { brightness: 1 });
const jittered = colorJitter(floats, { random, brightness: 0.4, hue: [-0.1, 0.1] });
const inverted = invert(bytes);
const solarized = solarize(floats, 0.5);
const stretched = autocontrast(bytes);
const erased = erase(normalize(bytes), { top: 0, left: 0, height: 1, width: 1, value: [0, 0, 0] });
const covered = randomErasing(bytes, { random });
const policies = randAugment(trivialAugment(bytes, { random }), { random, numOps: 1 });

export type Colours = [
  Assert<Same<typeof adjusted, Image<"uint8">>>,
  Assert<Same<typeof jittered, Image<"float32">>>,
  Assert<Same<typeof inverted, Image<"uint8">>>,
  Assert<Same<typeof solarized, Image<"float32">>>,
  Assert<Same<typeof stretched, Image<"uint8">>>,
  Assert<Same<typeof erased, Image<"float32">>>,
  Assert<Same<typeof covered, Image<"uint8">>>,
  Assert<Same<typeof policies, Image<"uint8">>>,
];

// @ts-expect-error a step that draws is given what it draws from
colorJitter(bytes, { brightness: 0.4 });
// @ts-expect-error no such property
adjust(bytes, { lightness: 1 });
// @ts-expect-error the range is two numbers
colorJitter(bytes, { random, hue: [0.1] });
