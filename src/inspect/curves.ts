/** Curves of training, thinned so that a run of any length fits. */
import type { Curve } from "./protocol.ts";

/** Points of a curve that are kept. */
const most = 1024;

/** A point, with its number among all points of all curves. */
interface Point {
  readonly number: number;
  readonly at: Curve["points"][number];
}

/** One curve. */
interface Thinned {
  points: Point[];
  /** Of how many values one is kept. */
  every: number;
  values: number;
}

/** Keeps curves: where there are too many points, every second one goes, and so on. */
export class Curves {
  readonly #curves = new Map<string, Thinned>();
  #count = 0;

  /** How many points there have been. */
  get count(): number {
    return this.#count;
  }

  /** Adds a point. That a loss is NaN is what it is looked at for, and JSON has no word for it. */
  add(name: string, step: number, value: number): void {
    const curve = this.#curves.get(name) ?? { points: [], every: 1, values: 0 };
    this.#curves.set(name, curve);
    if (curve.values++ % curve.every !== 0) return;
    curve.points.push({ number: this.#count++, at: [step, Number.isFinite(value) ? value : null] });
    if (curve.points.length <= most) return;
    curve.points = curve.points.filter((_, i) => i % 2 === 0);
    curve.every *= 2;
  }

  /** Points that came after the first `count`. */
  since(count: number): readonly Curve[] {
    return [...this.#curves]
      .map(([name, { points }]) => ({
        name,
        points: points.filter(({ number }) => number >= count).map(({ at }) => at),
      }))
      .filter(({ points }) => points.length > 0);
  }
}
