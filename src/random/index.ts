/** Numbers from a seed. */
export { createRandom, type Random, type Shuffled } from "./random.ts";
