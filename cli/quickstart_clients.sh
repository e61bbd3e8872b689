# A part of cli/quickstart: the same model with the tools that people have.

model=lab/pocketsphinx-en-us
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1

say "The same model by git clone, with git-lfs"
install_packages git git-lfs
rm -rf cloned
git -c filter.lfs.process='git-lfs filter-process' -c filter.lfs.required=true \
  clone -q "$BANYAN_NODE/$model" cloned
git -C cloned log --oneline
diff -r --exclude .git --exclude .banyan --exclude .gitattributes cloned pulled
echo "cloned/ has the files of pulled/"

say "The same model by Python: snapshot_download over Xet, and transformers"
install_packages python3-venv
packages=(huggingface_hub==2.4.0 hf_xet==1.8.0 transformers==5.24.0)
if [ ! -f clients/complete ]; then
  rm -rf clients
  python3 -m venv clients
  if clients/bin/pip install --quiet --disable-pip-version-check --retries 1 --timeout 20 \
    "${packages[@]}"; then
    touch clients/complete
  fi
fi
if [ -f clients/complete ]; then
  rm -rf hf
  HF_ENDPOINT=$BANYAN_NODE HF_HOME=$demo/hf HF_HUB_DISABLE_PROGRESS_BARS=1 \
    clients/bin/python - "$model" <<'END'
import os
import sys

from huggingface_hub import snapshot_download
from transformers.utils import cached_file

folder = snapshot_download(sys.argv[1])
print("snapshot_download:", len(os.listdir(folder)), "files and folders")
print("transformers found:", os.path.basename(cached_file(sys.argv[1], "cmudict-en-us.dict")))
with open("snapshot", "w", encoding="utf-8") as note:
    note.write(folder)
END
  diff -r --exclude .banyan --exclude .gitattributes "$(cat snapshot)" pulled
  echo "so do these"
else
  echo "skipped: the Python packages ${packages[*]} could not be installed"
fi
