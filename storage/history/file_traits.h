#pragma once
// What the names of a revision's files show about it. Pure functions, safe for concurrent use.

#include <string>
#include <string_view>
#include <vector>

#include "storage/history/revision_view.h"

namespace banyan::storage {

// Formats of model weights found, as tags in a fixed order: "safetensors", "gguf", "onnx",
// "pytorch", "tf", "jax", "openvino", "tflite", "keras".
std::vector<std::string> WeightFormats(const std::vector<RevisionFile>& files);

// The format of most data files of a dataset: "parquet", "csv", "json", "arrow", "text",
// "webdataset", "imagefolder", "audiofolder"; empty when there is none.
std::string DataFormat(const std::vector<RevisionFile>& files);

// The library that loads this model, by the files that only it writes; empty when unclear.
std::string InferLibrary(const std::vector<RevisionFile>& files);

// Licence and notice files at the top level, in byte order, at most 32.
std::vector<std::string> LicenceFiles(const std::vector<RevisionFile>& files);

}  // namespace banyan::storage
