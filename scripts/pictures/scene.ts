/** The picture that the documentation's pictures are made of: drawn here, so that nobody's photograph is needed. */
import sharp from "sharp";

/** Size of the scene in pixels. */
export const sceneSize: readonly [height: number, width: number] = [300, 400];

/** What is seen in it: `[left, top, right, bottom]` in pixels. */
export const boxes: readonly (readonly [number, number, number, number])[] = [
  [208, 130, 318, 232], // the house
  [62, 108, 138, 240], // the tree
];

const house = `
  <rect x="218" y="172" width="90" height="60" fill="#f2e3c6"/>
  <polygon points="208,174 263,130 318,174" fill="#b5432e"/>
  <rect x="254" y="196" width="20" height="36" fill="#6b3f24"/>
  <rect x="228" y="184" width="18" height="18" fill="#8fc3e8"/>
  <rect x="282" y="184" width="18" height="18" fill="#8fc3e8"/>`;

const tree = `
  <rect x="92" y="176" width="16" height="64" fill="#6b4a2b"/>
  <circle cx="100" cy="146" r="38" fill="#2f7d3b"/>
  <circle cx="84" cy="160" r="22" fill="#3c9148"/>
  <circle cx="118" cy="158" r="20" fill="#286a33"/>`;

const scene = `
<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#3f7fc4"/><stop offset="1" stop-color="#d9ecf7"/>
    </linearGradient>
    <linearGradient id="meadow" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#8fbf5a"/><stop offset="1" stop-color="#4d8033"/>
    </linearGradient>
  </defs>
  <rect width="400" height="300" fill="url(#sky)"/>
  <circle cx="338" cy="58" r="28" fill="#ffd54a"/>
  <path d="M0 190 Q70 110 150 180 T300 170 T400 185 V300 H0 Z" fill="#6f8fae"/>
  <path d="M0 215 Q120 190 240 220 T400 210 V300 H0 Z" fill="url(#meadow)"/>
  <path d="M250 300 Q258 262 262 232 H268 Q276 262 300 300 Z" fill="#d8c08e"/>
  ${house}${tree}
  <g fill="#ffffff" fill-opacity="0.85">
    <ellipse cx="120" cy="56" rx="44" ry="12"/><ellipse cx="144" cy="46" rx="30" ry="14"/>
    <ellipse cx="228" cy="78" rx="34" ry="9"/>
  </g>
  <g fill="#e8505b">${flowers()}</g>
</svg>`;

/** The same shapes as classes: 1 is the house, 2 the tree, 0 all else. */
const classes = `
<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" shape-rendering="crispEdges">
  <rect width="400" height="300" fill="#000000"/>
  <g>${house.replaceAll(/#[0-9a-f]{6}/g, "#010101")}</g>
  <g>${tree.replaceAll(/#[0-9a-f]{6}/g, "#020202")}</g>
</svg>`;

/** The scene as a JPEG file. */
export async function sceneFile(): Promise<Uint8Array> {
  return sharp(Buffer.from(scene)).jpeg({ quality: 92 }).toBuffer();
}

/** Its classes as a grey PNG file. */
export async function maskFile(): Promise<Uint8Array> {
  return sharp(Buffer.from(classes)).removeAlpha().toColourspace("b-w").png().toBuffer();
}

function flowers(): string {
  const at = Array.from({ length: 26 }, (_, i) => [(i * 67) % 400, 244 + ((i * 41) % 50)] as const);
  return at.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.5"/>`).join("");
}
