/**
 * Small labelled pictures, drawn so that nobody's photograph is needed. Their colours are such that red and blue exchanged
 * are seen at once: a blue sky, red roofs, a red sun.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom, type Random } from "epochal";
import sharp from "sharp";

/** Names of the classes. */
export const kinds = ["house", "tree", "boat"] as const;

/** What stands where: a hill or the water begins at `horizon`, and the thing is `size` times as large as drawn. */
interface Place {
  readonly x: number;
  readonly horizon: number;
  readonly size: number;
}

/** Pictures of each class. */
const each = 40;

/** Writes the pictures as JPEG files, as `boat-07.jpg`, and returns their paths in the order of the classes. */
export async function drawFiles(folder: string): Promise<string[]> {
  const random = createRandom(13);
  const files: string[] = [];
  for (const kind of kinds)
    for (let i = 0; i < each; i++) {
      const file = join(folder, `${kind}-${String(i).padStart(2, "0")}.jpg`);
      await writeFile(file, await draw(kind, random));
      files.push(file);
    }
  return files;
}

/** A drawing as a JPEG file of 400 × 300 pixels, or of as many times that as `scale` says. */
export async function draw(kind: (typeof kinds)[number], random: Random, scale = 1): Promise<Buffer> {
  const place = {
    x: random.uniform(150, 250),
    horizon: random.uniform(170, 215),
    size: random.uniform(0.9, 1.5),
  };
  const drawn = { house, tree, boat }[kind](place, random);
  const size = `width="${400 * scale}" height="${300 * scale}" viewBox="0 0 400 300"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${drawn}</svg>`;
  return sharp(Buffer.from(svg), { unlimited: true }).jpeg({ quality: 92 }).toBuffer();
}

/** A house on a meadow with flowers. */
function house(place: Place, random: Random): string {
  const roof = hsl(random.uniform(-5, 20), 65, random.uniform(38, 50));
  const wall = hsl(random.uniform(35, 55), 60, random.uniform(80, 92));
  return `${day(random)}${clouds(random)}${meadow(place, random)}${standing(
    place,
    `<rect x="-50" y="-62" width="100" height="70" fill="${wall}"/>
    <rect x="24" y="-112" width="14" height="34" fill="${roof}"/>
    <polygon points="-62,-60 0,-112 62,-60" fill="${roof}"/>
    <rect x="-9" y="-30" width="22" height="38" fill="#6b3f24"/>
    <g fill="#4a86c5"><rect x="-40" y="-48" width="20" height="20"/><rect x="24" y="-48" width="20" height="20"/></g>`,
  )}${dots(24, [0, 400], [place.horizon + 40, 295], 3.5, "#d8303a", random)}`;
}

/** A tree with apples on a meadow. */
function tree(place: Place, random: Random): string {
  const hue = random.uniform(95, 140);
  return `${day(random)}${clouds(random)}${meadow(place, random)}${standing(
    place,
    `<rect x="-9" y="-60" width="18" height="72" fill="#6b4a2b"/>
    <circle cx="0" cy="-90" r="44" fill="${hsl(hue, 45, 30)}"/>
    <circle cx="-26" cy="-72" r="28" fill="${hsl(hue, 45, 36)}"/>
    <circle cx="26" cy="-74" r="26" fill="${hsl(hue, 50, 26)}"/>
    ${dots(9, [-36, 36], [-116, -56], 5, "#cf2a2f", random)}`,
  )}`;
}

/** A sailing boat on blue water by day, or where the sun sets. */
function boat(place: Place, random: Random): string {
  const evening = random.boolean();
  const sun = random.uniform(60, 340);
  const sky = evening
    ? `${gradient("sky", "#8c4a8f", "#ff9a3c")}<rect width="400" height="300" fill="url(#sky)"/>
      <circle cx="${sun}" cy="${place.horizon - 12}" r="34" fill="#e0281e"/>`
    : `${day(random)}${clouds(random)}`;
  const water = evening ? gradient("water", "#c8503c", "#3b2a5c") : gradient("water", "#2f74c0", "#123a78");
  const hull = evening ? "#2b1a2e" : hsl(random.uniform(-8, 12), 70, 42);
  return `${sky}${water}<rect y="${place.horizon}" width="400" height="300" fill="url(#water)"/>${standing(
    place,
    `<rect x="-3" y="-100" width="5" height="100" fill="#5a3a22"/>
    <polygon points="4,-98 56,-18 4,-18" fill="#fbf6ea"/><polygon points="-5,-88 -44,-18 -5,-18" fill="#efe4cf"/>
    <path d="M-62 -10 H62 Q50 18 34 20 H-36 Q-54 16 -62 -10 Z" fill="${hull}"/>`,
  )}`;
}

function day(random: Random): string {
  const hue = random.uniform(203, 218);
  return `${gradient("sky", hsl(hue, 65, random.uniform(42, 54)), hsl(hue, 70, 84))}
    <rect width="400" height="300" fill="url(#sky)"/>`;
}

function clouds(random: Random): string {
  const at = Array.from({ length: 3 }, () => [random.uniform(0, 400), random.uniform(20, 90)] as const);
  const drawn = at.map(([x, y]) => `<ellipse cx="${x}" cy="${y}" rx="${random.uniform(25, 50)}" ry="11"/>`);
  return `<g fill="#ffffff" fill-opacity="0.85">${drawn.join("")}</g>`;
}

function meadow({ horizon }: Place, random: Random): string {
  const hue = random.uniform(85, 105);
  const [left, right] = [horizon + random.uniform(-20, 10), horizon + random.uniform(-20, 10)];
  return `${gradient("meadow", hsl(hue, 45, 55), hsl(hue, 45, 32))}
    <path d="M0 ${left} Q200 ${horizon - 12} 400 ${right} V300 H0 Z" fill="url(#meadow)"/>`;
}

/** A thing that is drawn around (0, 0), where it stands. */
function standing({ x, horizon, size }: Place, drawn: string): string {
  return `<g transform="translate(${x} ${horizon + 32}) scale(${size})">${drawn}</g>`;
}

function dots(
  count: number,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
  radius: number,
  colour: string,
  random: Random,
): string {
  const drawn = Array.from({ length: count }, () => {
    return `<circle cx="${random.uniform(left, right)}" cy="${random.uniform(top, bottom)}" r="${radius}"/>`;
  });
  return `<g fill="${colour}">${drawn.join("")}</g>`;
}

function gradient(id: string, above: string, below: string): string {
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="${above}"/><stop offset="1" stop-color="${below}"/></linearGradient>`;
}

function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${(hue + 360) % 360}, ${saturation}%, ${lightness}%)`;
}
