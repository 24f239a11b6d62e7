/** See bench/changes.ts. Plain JavaScript over the build, as its workers are. */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DataLoader } from "epochal";
import { processes } from "../../dist/worker/kinds/process.js";
import { threads } from "../../dist/worker/kinds/thread.js";
import { takeSnapshot } from "../../dist/worker/wire/snapshot/snapshot.js";
import { Images } from "./images-sequence.js";

const rounds = 15;
const count = 100_000;

const paths = Array.from({ length: count }, (_, i) => `/data/train/class-${i % 10}/image-${i}.jpg`);
const floats = 38_500_000;

/** What a sequence may hold, and a change of it. */
const contents = {
  "100,000 paths": held([...paths], (list) => list.push(`${list.pop()}.`)),
  "100,000 records": held(
    paths.map((file, label) => ({ file, label })),
    (list) => {
      list.at(-1).label++;
    },
  ),
  "154 MB in a Float32Array": held(new Float32Array(floats), (array) => {
    array[floats - 1]++;
  }),
  "154 MB shared": held(new Float32Array(new SharedArrayBuffer(4 * floats)), (array) => {
    array[floats - 1]++;
  }),
};

const recipients = {
  thread: threads({}).recipient,
  process: processes({}).recipient,
  nobody: "nobody",
};
const table = [];
for (const [name, { value, change }] of Object.entries(contents)) {
  for (const [who, to] of Object.entries(recipients)) {
    const times = { first: [], unchanged: [], changed: [] };
    for (let round = -2; round < rounds; round++) {
      const first = timed(() => takeSnapshot(value, { to }));
      const same = timed(() => takeSnapshot(value, { to, before: first.result }));
      change();
      const other = timed(() => takeSnapshot(value, { to, before: first.result }));
      if (round < 0) continue;
      for (const [kind, { cpu }] of Object.entries({ first, unchanged: same, changed: other }))
        times[kind].push(cpu);
    }
    const shown = Object.fromEntries(Object.entries(times).map(([kind, list]) => [kind, show(list)]));
    table.push({ holds: name, for: who, ...shown });
  }
}
console.table(table);
await beside();

/** The looks of an epoch beside the epoch itself. */
async function beside() {
  const folder = fileURLToPath(new URL("../../../shared/data/cifar10/train/", import.meta.url));
  if (!existsSync(folder)) {
    console.log("The epoch is left out: there is no ../shared/data/cifar10.");
    return;
  }
  const files = readdirSync(folder).flatMap((label) =>
    readdirSync(`${folder}${label}`).map((file) => `${folder}${label}/${file}`),
  );
  const x = Array.from({ length: count }, (_, i) => files[i % files.length]);
  const train = new Images(x, new Array(count).fill(0), 32, 32);
  const loader = new DataLoader(train, { workers: 2 });
  for await (const _ of loader); // The first starts the workers.
  const shares = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    for await (const _ of loader);
    const epoch = performance.now() - started;
    // What a loader looks at: for its workers, and for its state.
    const looks = [recipients.thread, recipients.nobody].map((to) => {
      const before = takeSnapshot(train, { to });
      return timed(() => takeSnapshot(train, { to, before })).wall;
    });
    shares.push((100 * looks.reduce((sum, look) => sum + look, 0)) / epoch);
    console.log(`${Math.round(count / (epoch / 1000))} images a second`);
  }
  await loader.close();
  console.log(`Looks take ${show(shares)} % of an epoch over 100,000 paths (1 % allowed).`);
}

function held(value, change) {
  return { value, change: () => change(value) };
}

function timed(run) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const result = run();
  const { user, system } = process.cpuUsage(cpu);
  return { result, cpu: (user + system) / 1000, wall: performance.now() - wall };
}

function show(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))].toFixed(2);
  return `${at(0.5)} (${at(0)}–${at(1)})`;
}
