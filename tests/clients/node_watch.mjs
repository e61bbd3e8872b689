// node_watch.py for scripts of Node.js: what the node of this column was asked for during `run`.
import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { hubUrl } from "./cells.mjs";

const log = process.env.CELLS_NODE_LOG;
const kinds = {
  reconstruction: /^\/xet\/(v\d\/)?reconstructions?\//, fetch: /^\/xet\/fetch\//,
  xorb: /^\/xet\/(v\d\/)?xorbs?\//, shard: /^\/xet\/(v\d\/)?shards?\b/ };
const quietMs = 200; // a line is written once its answer is sent

async function receivedBytes() {
  const text = await (await fetch(`${hubUrl}/metrics`)).text();
  return Number(text.match(/^banyan_http_received_bytes_total (\S+)/m)[1]);
}

// The size of the log, once it does not grow any more.
async function settled() {
  for (let before = -1; ;) {
    const size = statSync(log).size;
    if (size === before) return size;
    before = size;
    await sleep(quietMs);
  }
}

// How many requests of each kind were answered, and the bytes that the node received.
export async function watched(run) {
  const begin = await settled();
  const before = await receivedBytes();
  await run();
  const lines = readFileSync(log).subarray(begin, await settled()).toString();
  const paths = [...lines.matchAll(/path="([^"]+)" status=2/g)].map((match) => match[1]);
  const seen = { receivedBytes: await receivedBytes() - before };
  for (const [kind, pattern] of Object.entries(kinds)) {
    seen[kind] = paths.filter((path) => pattern.test(path)).length;
  }
  return seen;
}
