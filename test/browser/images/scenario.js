/** What Node, pages and their workers do with the same files. */
import { DataLoader, Sequence, stack } from "epochal";
import { adjust, affine, crop, flip, imread, resize } from "epochal/image";

/** Batches of eight images each, by name: as they are, and through several steps. */
export class Pictures extends Sequence {
  constructor(names, base) {
    super();
    this.names = names;
    this.base = base;
  }

  get length() {
    return Math.ceil(this.names.length / 8);
  }

  async getItem(index) {
    const names = this.names.slice(8 * index, 8 * index + 8);
    const open = (name) => imread(`${this.base}${name}`);
    const whole = await Promise.all(names.map((name) => open(name).tensor()));
    return {
      whole: whole.map(({ data, shape }) => `${shape} ${digestOf(data)}`),
      small: await stack(names.map((name) => resize(open(name), [200, 200]))),
      crops: await stack(
        names.map((name) => resize(flip(crop(open(name), [96, 64], { top: 3, left: 5 })), [48, 40])),
      ),
      turned: await stack(
        names.map((name) =>
          adjust(affine(resize(open(name), [64, 64]), { rotate: 20 }), { saturation: 0.4 }),
        ),
      ),
    };
  }
}

/** One line for each image as it is, and one for each batch of the others. */
export async function digests(names, base, options = {}) {
  const lines = [];
  const loader = new DataLoader(new Pictures(names, base), options);
  for await (const { whole, small, crops, turned } of loader) {
    lines.push(...whole, ...[small, crops, turned].map(({ data }) => digestOf(data)));
  }
  await loader.close();
  return lines;
}

/** FNV-1a over the bytes of an array. */
function digestOf({ buffer, byteOffset, byteLength }) {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}
