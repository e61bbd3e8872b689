"""The set of real models that the row at_rest stores: folders of revisions, oldest first.

From Debian: five Tesseract languages, and the PocketSphinx English model with two adaptations of
its acoustic model (every mean moved a little; a tenth of them moved a lot and words added). From
the Python package registry: three published versions of silero-vad, and the recogniser of
rapidocr-onnxruntime as safetensors: as published, with a fine-tuned head (the last tenth of its
weights), fine-tuned throughout, and converted to bfloat16 and to float16.
"""
import glob
import os
import shutil
import subprocess
import sys
import zipfile

from measure import say

DEBIAN = ["pocketsphinx-en-us", *("tesseract-ocr-" + language
                                  for language in ("eng", "ara", "chi-sim", "tha", "amh"))]
SILERO = ["5.1.2", "6.0.0", "6.2.0"]
RAPIDOCR = "1.3.24"
DTYPE_FOLDERS = {"BF16": "/bf16", "F16": "/fp16"}  # as tune_model.py calls them


def make_set(place):
    """Pairs of a model's name and a revision's folder."""
    revisions = list(debian_models(place + "/debian"))
    try:
        python = make_environment(place)
        revisions += silero_models(place, python)
        revisions += tuned_models(place, python)
        return revisions, "Debian and Python packages"
    except subprocess.CalledProcessError as error:
        say(f"without the Python packages: {error.stderr.strip()[-300:]}")
        return revisions, "Debian packages only"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def debian_models(place):
    os.makedirs(place)
    for package in DEBIAN:
        subprocess.run(["apt-get", "download", package], cwd=place, capture_output=True,
                       text=True, check=True)
        run("dpkg-deb", "-x", glob.glob(f"{place}/{package}_*.deb")[0], f"{place}/{package}")
    for package in DEBIAN[1:]:
        data = glob.glob(f"{place}/{package}/usr/share/tesseract-ocr/*/tessdata")[0]
        yield package, data
    base = place + "/pocketsphinx-en-us/usr/share/pocketsphinx/model/en-us"
    yield "pocketsphinx", base
    for name, share, deviation in (("adapted", 1.0, 0.001), ("head", 0.1, 0.1)):
        tuned = f"{place}/pocketsphinx-{name}"
        shutil.copytree(base, tuned)
        move_floats(tuned + "/en-us/means", share, deviation)
        yield "pocketsphinx", tuned
    with open(tuned + "/cmudict-en-us.dict", "a") as f:
        f.write("banyan B AE N Y AH N\nsafetensors S EY F T EH N S ER Z\n")


def move_floats(path, share, deviation):
    """Changes the last share of a file of 32-bit floats, as training on would."""
    import array
    import random
    generator = random.Random(1)
    with open(path, "rb") as f:
        content = f.read()
    first = int(len(content) * (1 - share)) // 4 * 4 + (1024 if share == 1 else 0)  # the header
    values = array.array("f", content[first:len(content) // 4 * 4])
    for i, value in enumerate(values):
        values[i] = value * (1 + generator.gauss(0, deviation))
    with open(path, "wb") as f:
        f.write(content[:first] + values.tobytes() + content[len(content) // 4 * 4:])


def make_environment(place):
    run(sys.executable, "-m", "venv", place + "/venv")
    run(place + "/venv/bin/pip", "install", "-q", "--disable-pip-version-check", "--retries", "1",
        "numpy", "onnx")
    return place + "/venv/bin/python"


def download(place, python, package, version, names):
    """The folder with the named files of a wheel."""
    folder = f"{place}/{package}-{version}"
    run(python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
        "--retries", "1", "-d", folder + "-wheel", f"{package}=={version}")
    os.makedirs(folder)
    with zipfile.ZipFile(glob.glob(folder + "-wheel/*.whl")[0]) as wheel:
        for name in wheel.namelist():
            if name.endswith(names):
                with open(folder + "/" + os.path.basename(name), "wb") as f:
                    f.write(wheel.read(name))
    return folder


def half_precision(place):
    """Real weights of 16 bits: name, dtype, file, size."""
    python = make_environment(place)
    folder = download(place, python, "silero-vad", SILERO[-1], ("silero_vad_half.onnx",))
    files = [("silero-vad, as published", "F16", folder + "/silero_vad_half.onnx")]
    files += [("recogniser, converted", dtype, revision + "/model.safetensors")
              for _, revision in tuned_models(place, python)
              for dtype, folder in DTYPE_FOLDERS.items() if revision.endswith(folder)]
    return [(name, dtype, path, os.path.getsize(path)) for name, dtype, path in files]


def silero_models(place, python):
    return [("silero-vad", download(place, python, "silero-vad", version, (".onnx", ".jit")))
            for version in SILERO]


def tuned_models(place, python):
    folder = download(place, python, "rapidocr-onnxruntime", RAPIDOCR, ("rec_infer.onnx",))
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tune_model.py")
    model = glob.glob(folder + "/*.onnx")[0]
    revisions = run(python, script, model, place + "/tuned").split()
    return [("recogniser", revision) for revision in revisions]
