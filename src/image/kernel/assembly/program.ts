/**
 * What becomes of pixels that is more than one matrix: a list of {@link ProgramStep}s that each row of float32 RGBA goes through,
 * in place, between resampling and the last matrix. A row stays in the L1 cache meanwhile.
 *
 * The first step brings values to 0 to 255, in which all others work. Of grey only the first of four numbers means
 * something, of RGB the first three.
 */
import { Output, ProgramStep, ProgramStepKind } from "./layout.ts";
import { mixChannels } from "./resample.ts";

/** Runs the steps of `output` over its row, which is number `y` of the result. */
export function runProgram(output: usize, y: i32): void {
  const count = load<i32>(output, Output.steps);
  const row: usize = load<i32>(output, Output.row);
  const width = load<i32>(output, Output.width);
  let step: usize = load<i32>(output, Output.program);
  for (let i = 0; i < count; i++) {
    const kind = load<i32>(step, ProgramStep.kind);
    if (kind === ProgramStepKind.affine) affine(step, row, width);
    else if (kind === ProgramStepKind.table) table(step, row, width);
    else if (kind === ProgramStepKind.hue) hue(load<f32>(step, ProgramStep.a), row, width);
    else place(step, kind === ProgramStepKind.fill, row, width, y);
    step += ProgramStep.bytes;
  }
}

function affine(step: usize, row: usize, width: i32): void {
  const end = row + ((<usize>width) << 4);
  let offset = v128.load(step, ProgramStep.values);
  let factors = f32x4(
    load<f32>(step, ProgramStep.matrix),
    load<f32>(step, ProgramStep.matrix + 20),
    load<f32>(step, ProgramStep.matrix + 40),
    load<f32>(step, ProgramStep.matrix + 60),
  );
  if (load<i32>(step, ProgramStep.b) !== 0) {
    mixChannels(step + ProgramStep.values, step + ProgramStep.matrix, row, end);
    if (load<i32>(step, ProgramStep.a) === 0) return;
    offset = f32x4.splat(0);
    factors = f32x4.splat(1);
  }
  const most = f32x4.splat(load<i32>(step, ProgramStep.a) !== 0 ? 255 : f32.MAX_VALUE);
  const least = f32x4.splat(load<i32>(step, ProgramStep.a) !== 0 ? 0 : -f32.MAX_VALUE);
  for (let at = row; at < end; at += 16) {
    const v = f32x4.add(f32x4.mul(v128.load(at), factors), offset);
    v128.store(at, f32x4.pmax(f32x4.pmin(v, most), least));
  }
}

function table(step: usize, row: usize, width: i32): void {
  const between = load<i32>(step, ProgramStep.c) !== 0;
  const channels = load<i32>(step, ProgramStep.b);
  const entries: usize = load<i32>(step, ProgramStep.a);
  const end = row + ((<usize>width) << 4);
  for (let at = row; at < end; at += 16) {
    const v = f32x4.pmax(f32x4.pmin(v128.load(at), f32x4.splat(255)), f32x4.splat(0));
    if (between) {
      const place = f32x4.sqrt(f32x4.mul(v, f32x4.splat(255)));
      const below = i32x4.min_s(i32x4.trunc_sat_f32x4_s(place), i32x4.splat(254));
      const low = lookUp(entries, below, v, channels);
      const high = lookUp(entries + 4, below, v, channels);
      const share = f32x4.sub(place, f32x4.convert_i32x4_s(below));
      v128.store(at, f32x4.add(low, f32x4.mul(f32x4.sub(high, low), share)));
    } else {
      v128.store(at, lookUp(entries, i32x4.trunc_sat_f32x4_s(f32x4.nearest(v)), v, channels));
    }
  }
}

/** The entries of a pixel's colours, at places of their own; what is no colour stays as it is. */
function lookUp(entries: usize, places: v128, pixel: v128, channels: i32): v128 {
  const red = load<f32>(entries + (i32x4.extract_lane(places, 0) << 2));
  if (channels === 1) return f32x4.replace_lane(pixel, 0, red);
  const green = load<f32>(entries + (i32x4.extract_lane(places, 1) << 2), 1024);
  const blue = load<f32>(entries + (i32x4.extract_lane(places, 2) << 2), 2048);
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(pixel, 0, red), 1, green), 2, blue);
}

/**
 * To hue, saturation and value, and back, as `colorsys` and torchvision's `_rgb_to_hsv` and `_hsv_to_rgb`; four pixels at
 * a time, which may be some past the row's end.
 */
function hue(turn: f32, row: usize, width: i32): void {
  const end = row + ((<usize>width) << 4);
  const turned = f32x4.splat(6 * turn);
  const six = f32x4.splat(6);
  for (let at = row; at < end; at += 64) {
    const rg = i32x4.shuffle(v128.load(at), v128.load(at, 16), 0, 4, 1, 5);
    const ba = i32x4.shuffle(v128.load(at), v128.load(at, 16), 2, 6, 3, 7);
    const rg2 = i32x4.shuffle(v128.load(at, 32), v128.load(at, 48), 0, 4, 1, 5);
    const ba2 = i32x4.shuffle(v128.load(at, 32), v128.load(at, 48), 2, 6, 3, 7);
    const r = i32x4.shuffle(rg, rg2, 0, 1, 4, 5);
    const g = i32x4.shuffle(rg, rg2, 2, 3, 6, 7);
    const b = i32x4.shuffle(ba, ba2, 0, 1, 4, 5);
    const a = i32x4.shuffle(ba, ba2, 2, 3, 6, 7);
    const most = f32x4.pmax(r, f32x4.pmax(g, b));
    const range = f32x4.sub(most, f32x4.pmin(r, f32x4.pmin(g, b)));
    const isRed = f32x4.eq(most, r);
    const isGreen = f32x4.eq(most, g);
    const away = v128.bitselect(
      f32x4.sub(g, b),
      v128.bitselect(f32x4.sub(b, r), f32x4.sub(r, g), isGreen),
      isRed,
    );
    const from = v128.bitselect(
      f32x4.splat(0),
      v128.bitselect(f32x4.splat(2), f32x4.splat(4), isGreen),
      isRed,
    );
    // A grey has no hue: its range is 0, and whatever hue it gets counts for nothing.
    const divisor = f32x4.pmax(range, f32x4.splat(1e-20));
    let sixth = f32x4.add(f32x4.add(from, f32x4.div(away, divisor)), turned);
    sixth = f32x4.sub(sixth, f32x4.mul(six, f32x4.floor(f32x4.div(sixth, six))));
    const red = shade(sixth, 0, most, range);
    const green = shade(sixth, 2, most, range);
    const blue = shade(sixth, 4, most, range);
    const low = i32x4.shuffle(red, green, 0, 4, 1, 5);
    const high = i32x4.shuffle(blue, a, 0, 4, 1, 5);
    const low2 = i32x4.shuffle(red, green, 2, 6, 3, 7);
    const high2 = i32x4.shuffle(blue, a, 2, 6, 3, 7);
    v128.store(at, i32x4.shuffle(low, high, 0, 1, 4, 5));
    v128.store(at, i32x4.shuffle(low, high, 2, 3, 6, 7), 16);
    v128.store(at, i32x4.shuffle(low2, high2, 0, 1, 4, 5), 32);
    v128.store(at, i32x4.shuffle(low2, high2, 2, 3, 6, 7), 48);
  }
}

/** The values of the channel that is full at `from` - 1 to `from` + 1 sixths of the circle. */
function shade(sixth: v128, from: f32, most: v128, range: v128): v128 {
  const away = f32x4.abs(f32x4.sub(sixth, f32x4.splat(from)));
  const nearer = f32x4.sub(f32x4.pmin(away, f32x4.sub(f32x4.splat(6), away)), f32x4.splat(1));
  const share = f32x4.pmax(f32x4.pmin(nearer, f32x4.splat(1)), f32x4.splat(0));
  return f32x4.sub(most, f32x4.mul(range, share));
}

function place(step: usize, outside: bool, row: usize, width: i32, y: i32): void {
  const values = v128.load(step, ProgramStep.values);
  const from = load<i32>(step, ProgramStep.a);
  const to = load<i32>(step, ProgramStep.b);
  const inside = y >= load<i32>(step, ProgramStep.c) && y < load<i32>(step, ProgramStep.d);
  if (outside) {
    fillColumns(row, 0, inside ? from : width, values);
    if (inside) fillColumns(row, to, width, values);
  } else if (inside) fillColumns(row, from, to, values);
}

function fillColumns(row: usize, from: i32, to: i32, values: v128): void {
  for (let x = from; x < to; x++) v128.store(row + ((<usize>x) << 4), values);
}
