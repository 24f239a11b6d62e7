import { Sequence } from "epochal";

export interface Part {
  readonly doing: "work" | "wait" | "readByWork" | "readSlowly" | "decode" | "copy" | "never";
  readonly milliseconds?: number;
  readonly every?: number;
}
export class Pipeline extends Sequence<{ index: number; x: unknown }> {
  constructor(usual: Part, rare?: Part);
  length: number;
  getItem(index: number): never;
}
export class Hooked extends Pipeline {}
export class Rows extends Pipeline {}
