/**
 * How often each byte is found in each channel of pixels that lie without gaps.
 *
 * Pixels take turns at two sets of counts, which are added up in the end: neighbours are often alike, and a count that was
 * just stored is late to be loaded again.
 */

/** Counts bytes of `count` pixels of `channels` bytes into `out`: two times 256 counts, i32, for each channel; the first set is the result. */
export function countBytes(pixels: usize, count: i32, channels: i32, out: usize): void {
  const set: usize = channels << 10;
  memory.fill(out, 0, 2 * set);
  const end = pixels + count * channels;
  let at = pixels;
  if (channels === 3) {
    for (const last = end - 5; at < last; at += 6) {
      increase(out, load<u8>(at));
      increase(out + 1024, load<u8>(at, 1));
      increase(out + 2048, load<u8>(at, 2));
      increase(out + 3072, load<u8>(at, 3));
      increase(out + 4096, load<u8>(at, 4));
      increase(out + 5120, load<u8>(at, 5));
    }
  }
  for (; at < end; at += channels)
    for (let c = 0; c < channels; c++) increase(out + (c << 10), load<u8>(at + c));
  for (let i: usize = 0; i < set; i += 16)
    v128.store(out + i, i32x4.add(v128.load(out + i), v128.load(out + set + i)));
}

function increase(counts: usize, value: u8): void {
  const entry = counts + ((<usize>value) << 2);
  store<i32>(entry, load<i32>(entry) + 1);
}
