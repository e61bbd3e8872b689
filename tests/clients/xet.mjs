// What @huggingface/hub moves over Xet: each operation looks at what the node was asked for. Files
// are exchanged with the command line `hf` (CELLS_HF), and compared with what comes without Xet.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import * as hub from "@huggingface/hub";

import { accessToken, column, folder, guestToken, hubUrl, main, operation, owner }
  from "./cells.mjs";
import { watched } from "./node_watch.mjs";

const MINE = `operator/js-xet-${column}`;
const LARGE = `${owner}/large`;
const as = { hubUrl, accessToken };
const lines = Array.from({ length: 400_000 }, (_, number) => `js: line ${number}\n`).join("");
const FILES = { "noise.bin": randomBytes(4_000_000), "text.bin": Buffer.from(lines),
  "equal.bin": Buffer.alloc(3_000_000, "js"), "one-byte.bin": Buffer.from("j") };

async function bytesOf(blob) {
  return Buffer.from(await blob.arrayBuffer());
}

// As anybody downloads it who knows nothing of Xet.
async function plain(repo, path) {
  const headers = { Authorization: `Bearer ${accessToken}` };
  return bytesOf(await fetch(`${hubUrl}/${repo}/resolve/main/${path}`, { headers }));
}

function equal(seen, wanted, what) {
  assert.equal(Buffer.compare(seen, wanted), 0, `${what} differs`);
}

async function upload(path, content) {
  const seen = await watched(() => hub.uploadFile({ ...as, repo: MINE,
    file: { path, content: new Blob([content]) } }));
  equal(await plain(MINE, path), content, path);
  return seen;
}

function hf(...words) {
  execFileSync(process.env.CELLS_HF, words, { stdio: "pipe" });
}

operation("js xet upload", async () => {
  await hub.createRepo({ ...as, repo: MINE });
  for (const [path, content] of Object.entries(FILES)) {
    const seen = await upload(path, content);
    assert.ok(seen.xorb && seen.shard, `${path}: ${JSON.stringify(seen)}`);
  }
});

operation("js xet upload of a change", async () => {
  const content = Buffer.concat([FILES["noise.bin"].subarray(0, 1_000_000), Buffer.from("changed"),
    FILES["noise.bin"].subarray(1_000_000)]);
  const seen = await upload("noise.bin", content);
  assert.ok(seen.xorb && seen.shard && seen.receivedBytes < content.length / 8,
    JSON.stringify(seen));
});

operation("js xet upload of what is there", async () => {
  const seen = await upload("again.bin", FILES["text.bin"]);
  assert.ok(!seen.xorb && seen.receivedBytes < 100_000, JSON.stringify(seen));
});

// The client fills xorbs by what is left of the data when it is compressed.
operation("js xet upload of what compresses well", async () => {
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, number) =>
    `${(number * 2_654_435_761) % 4_294_967_296}: a line of text\n`).join(""));
  assert.ok(content.length > (64 << 20));
  const seen = await upload("compresses.txt", content);
  assert.ok(seen.xorb && seen.receivedBytes < content.length, JSON.stringify(seen));
});

operation("js xet upload of many", async () => {
  const files = Array.from({ length: 40 }, (_, number) =>
    ({ path: `many/${number}.bin`, content: new Blob([randomBytes(1000 + 5000 * number)]) }));
  const seen = await watched(() => hub.uploadFiles({ ...as, repo: MINE, files }));
  assert.ok(seen.xorb && seen.shard, JSON.stringify(seen));
  for (const { path, content } of files) {
    equal(await plain(MINE, path), await bytesOf(content), path);
  }
});

operation("js xet download", async () => {
  for (const path of ["noise.bin", "floats.bin", "equal.bin", "one-byte.bin", "text.txt"]) {
    const seen = await watched(async () => {
      const blob = await hub.downloadFile({ ...as, repo: LARGE, path });
      equal(await bytesOf(blob), await plain(LARGE, path), path);
    });
    assert.ok(seen.reconstruction && seen.fetch, `${path}: ${JSON.stringify(seen)}`);
  }
}, { mirrored: true });

operation("js xet slices", async () => {
  for (const path of ["noise.bin", "equal.bin", "text.txt"]) {
    const whole = await plain(LARGE, path);
    const blob = await hub.downloadFile({ ...as, repo: LARGE, path });
    for (const [begin, end] of [[0, 1], [70_000, 70_001], [100, 1_000_000],
      [whole.length - 1, whole.length]]) {
      equal(await bytesOf(blob.slice(begin, end)), whole.subarray(begin, end),
        `${path} from ${begin} to ${end}`);
    }
  }
}, { mirrored: true });

operation("js xet private", async () => {
  const repo = "operator/private";
  const seen = await watched(async () => {
    const blob = await hub.downloadFile({ ...as, repo, path: "secret.bin" });
    equal(await bytesOf(blob), await plain(repo, "secret.bin"), "secret.bin");
  });
  assert.ok(seen.reconstruction && seen.fetch, JSON.stringify(seen));
  await assert.rejects(hub.downloadFile({ hubUrl, accessToken: guestToken, repo,
    path: "secret.bin" }), { statusCode: 404 });
});

operation("js writes, python reads", async () => {
  const place = folder();
  const seen = await watched(() => hf("download", MINE, "text.bin", "again.bin", "equal.bin",
    "--local-dir", place));
  assert.ok(seen.reconstruction && seen.fetch, JSON.stringify(seen));
  for (const path of ["text.bin", "equal.bin"]) {
    equal(readFileSync(`${place}/${path}`), FILES[path], path);
  }
});

operation("python writes, js reads", async () => {
  const place = `${folder()}/from-python.bin`;
  writeFileSync(place, randomBytes(3_000_000));
  const seen = await watched(() => hf("upload", MINE, place, "from-python.bin"));
  assert.ok(seen.xorb && seen.shard, JSON.stringify(seen));
  const blob = await hub.downloadFile({ ...as, repo: MINE, path: "from-python.bin" });
  equal(await bytesOf(blob), readFileSync(place), "from-python.bin");
});

operation("python changes what js wrote", async () => {
  const place = `${folder()}/changed.bin`;
  writeFileSync(place, Buffer.concat([FILES["text.bin"], Buffer.from("changed")]));
  const seen = await watched(() => hf("upload", MINE, place, "text.bin"));
  assert.ok(seen.shard && seen.receivedBytes < FILES["text.bin"].length / 8, JSON.stringify(seen));
  const blob = await hub.downloadFile({ ...as, repo: MINE, path: "text.bin" });
  equal(await bytesOf(blob), readFileSync(place), "text.bin");
});

await main();
