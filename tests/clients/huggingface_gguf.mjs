// What users of @huggingface/gguf do: read the header of a model by ranges, not the file.
import assert from "node:assert/strict";

import { gguf } from "@huggingface/gguf";
import * as hub from "@huggingface/hub";

import { accessToken, column, hubUrl, main, operation } from "./cells.mjs";

const MODEL = `operator/gguf-${column}`;
const TENSOR_BYTES = 4_000_000;

function string(value) {
  const bytes = Buffer.from(value);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([size, bytes]);
}
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

// Version 3: one tensor of 32-bit floats, two pairs of metadata.
function model() {
  const STRING = u32(8);
  const header = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(1), u64(2),
    string("general.architecture"), STRING, string("llama"),
    string("general.name"), STRING, string("tiny"),
    string("w"), u32(1), u64(TENSOR_BYTES / 4), u32(0), u64(0)]);
  const padding = Buffer.alloc((32 - header.length % 32) % 32);
  return Buffer.concat([header, padding, Buffer.alloc(TENSOR_BYTES)]);
}

operation("gguf header by ranges", async () => {
  const repo = { type: "model", name: MODEL };
  await hub.createRepo({ hubUrl, accessToken, repo });
  await hub.uploadFile({ hubUrl, accessToken, repo,
    file: { path: "tiny.gguf", content: new Blob([model()]) } });
  let bytes = 0;
  const counting = async (...words) => {
    const answer = await fetch(...words);
    assert.equal(answer.status, 206);
    bytes += Number(answer.headers.get("content-length"));
    return answer;
  };
  const seen = await gguf(`${hubUrl}/${MODEL}/resolve/main/tiny.gguf`, { fetch: counting });
  assert.equal(seen.metadata["general.architecture"], "llama");
  assert.deepEqual(seen.tensorInfos.map((tensor) => tensor.name), ["w"]);
  assert.ok(bytes < TENSOR_BYTES, `${bytes} bytes were read`);
});

await main();
