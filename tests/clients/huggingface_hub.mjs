// What users of @huggingface/hub do with a node, on Node.js. Paths go out as they are, so that a
// file with # in its name can be uploaded but not read with it, from whatever hub.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

import * as hub from "@huggingface/hub";

import { accessToken, column, folder, guestToken, hubUrl, main, operation, owner }
  from "./cells.mjs";

const READS = "operator/reads";
const MINE = `operator/js-${column}`;
const as = { hubUrl, accessToken };
const noise = randomBytes(300_000);

async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

async function refused(promise, status, words) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.statusCode, status);
    assert.match(error.message, words);
    return true;
  });
}

async function text(repo, path, more) {
  const blob = await hub.downloadFile({ ...as, repo, path, ...more });
  return blob && blob.text();
}

operation("js whoami", async () => {
  const me = await hub.whoAmI(as);
  assert.deepEqual([me.type, me.name], ["user", "operator"]);
});

operation("js create repo", async () => {
  const made = await hub.createRepo({ ...as, repo: MINE, license: "mit" });
  assert.match(made.repoUrl, new RegExp(MINE));
  assert.equal(await hub.repoExists({ ...as, repo: MINE }), true);
  assert.equal(await hub.repoExists({ ...as, repo: "operator/none" }), false);
});

operation("js upload files", async () => {
  const done = await hub.uploadFiles({ ...as, repo: MINE, commitTitle: "from js",
    files: [{ path: "a b/é+&.txt", content: new Blob(["text"]) },
      { path: "noise.bin", content: new Blob([noise]) },
      { path: "empty.txt", content: new Blob([""]) }] });
  assert.match(done.commit.url, /commit/);
  assert.equal(await text(MINE, "a b/é+&.txt"), "text");
  const blob = await hub.downloadFile({ ...as, repo: MINE, path: "noise.bin" });
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), noise);
});

operation("js upload in parts without xet", async () => {
  const large = randomBytes(Number(process.env.CELLS_PARTS_FROM) + 1_000_000);
  await hub.uploadFile({ ...as, repo: MINE, useXet: false,
    file: { path: "large.bin", content: new Blob([large]) } });
  const blob = await hub.downloadFile({ ...as, repo: MINE, path: "large.bin", xet: false });
  assert.equal(Buffer.compare(Buffer.from(await blob.arrayBuffer()), large), 0);
});

operation("js commit with deletes", async () => {
  await hub.commit({ ...as, repo: MINE, title: "swap",
    operations: [{ operation: "delete", path: "empty.txt" },
      { operation: "addOrUpdate", path: "new.txt", content: new Blob(["new"]) }] });
  const paths = (await all(hub.listFiles({ ...as, repo: MINE }))).map((file) => file.path);
  assert.ok(paths.includes("new.txt") && !paths.includes("empty.txt"), paths);
  await hub.deleteFile({ ...as, repo: MINE, path: "new.txt" });
  assert.equal(await hub.fileExists({ ...as, repo: MINE, path: "new.txt" }), false);
});

operation("js download", async () => {
  assert.equal(await text(READS, "config.json"), '{"model_type": "llama", "vocab_size": 8}');
  assert.equal(await text(READS, "config.json", { revision: "v1" }), '{"model_type": "llama"}');
  assert.equal(await text(READS, "x.txt", { revision: "dev/x" }), "x");
  assert.equal(await text(READS, "empty"), "");
  assert.equal(await text(READS, "none"), null);
  assert.equal(await text({ type: "dataset", name: "operator/table" }, "README.md")
    .then((card) => card.startsWith("---")), true);
});

operation("js file info and slices", async () => {
  const info = await hub.fileDownloadInfo({ ...as, repo: READS, path: "model.safetensors" });
  const blob = await hub.downloadFile({ ...as, repo: READS, path: "model.safetensors" });
  assert.equal(blob.size, info.size);
  const whole = Buffer.from(await blob.arrayBuffer());
  const part = Buffer.from(await blob.slice(1_000_000, 1_000_100).arrayBuffer());
  assert.deepEqual(part, whole.subarray(1_000_000, 1_000_100));
  assert.equal(await hub.fileExists({ ...as, repo: READS, path: "config.json" }), true);
});

operation("js lists", async () => {
  const models = await all(hub.listModels({ ...as, search: { owner: "operator" } }));
  assert.ok(models.some((model) => model.name === READS));
  const datasets = await all(hub.listDatasets({ ...as, search: { owner: "operator" } }));
  assert.ok(datasets.some((dataset) => dataset.name === "operator/table"));
  const files = await all(hub.listFiles({ ...as, repo: READS, recursive: true, expand: true }));
  assert.equal(files.find((file) => file.path === "config.json").lastCommit.title, "second");
  assert.equal((await all(hub.listFiles({ ...as, repo: READS, revision: "dev/x" })))
    .some((file) => file.path === "x.txt"), true);
});

operation("js info", async () => {
  const info = await hub.modelInfo({ ...as, name: READS, additionalFields: ["sha", "cardData"] });
  assert.deepEqual([info.name, info.private, info.cardData.license], [READS, false, "mit"]);
  const dataset = await hub.datasetInfo({ ...as, name: "operator/table" });
  assert.equal(dataset.name, "operator/table");
  const [config] = await hub.pathsInfo({ ...as, repo: READS, paths: ["config.json"] });
  assert.equal(config.type, "file");
});

operation("js commits and branches", async () => {
  const commits = await all(hub.listCommits({ ...as, repo: READS }));
  assert.deepEqual(commits.map((commit) => commit.title), ["second", "first", "initial commit"]);
  assert.equal(await hub.countCommits({ ...as, repo: READS }), 3);
  await hub.createBranch({ ...as, repo: MINE, branch: "dev" });
  await hub.uploadFile({ ...as, repo: MINE, branch: "dev",
    file: { path: "dev.txt", content: new Blob(["dev"]) } });
  assert.equal(await text(MINE, "dev.txt", { revision: "dev" }), "dev");
  await hub.deleteBranch({ ...as, repo: MINE, branch: "dev" });
});

operation("js safetensors header", async () => {
  const seen = await hub.parseSafetensorsMetadata({ ...as, repo: READS,
    computeParametersCount: true });
  assert.deepEqual([seen.sharded, seen.parameterCount], [false, { U8: 3_000_010 }]);
});

operation("js snapshot", async () => {
  const cacheDir = folder();
  const place = await hub.snapshotDownload({ ...as, repo: `${owner}/sharded`, cacheDir });
  const index = readFileSync(`${place}/model.safetensors.index.json`, "utf8");
  assert.equal(JSON.parse(index).metadata.total_size, 300);
}, { mirrored: true });

operation("js errors", async () => {
  await refused(hub.modelInfo({ ...as, name: "operator/none" }), 404, /Repository not found/);
  await refused(hub.downloadFile({ hubUrl, accessToken: guestToken, repo: "operator/gated",
    path: "weights.txt" }), 403, /restricted/);
  await refused(hub.uploadFile({ hubUrl, accessToken: guestToken, repo: READS,
    file: { path: "a.txt", content: new Blob(["a"]) } }), 403, /your role/);
  await refused(hub.createRepo({ ...as, repo: MINE }), 409, /already/);
});

operation("js delete repo", async () => {
  await hub.deleteRepo({ ...as, repo: MINE });
  assert.equal(await hub.repoExists({ ...as, repo: MINE }), false);
});

await main();
