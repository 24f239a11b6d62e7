/** How often each byte is found in each channel of pixels that lie without gaps. */

/** Adds `count` pixels of `channels` bytes to `out`: 256 counts, i32, for each channel. */
export function countBytes(pixels: usize, count: i32, channels: i32, out: usize): void {
  const end = pixels + count * channels;
  for (let c = 0; c < channels; c++) {
    const counts = out + (c << 10);
    for (let at = pixels + c; at < end; at += channels) {
      const entry = counts + ((<usize>load<u8>(at)) << 2);
      store<i32>(entry, load<i32>(entry) + 1);
    }
  }
}
