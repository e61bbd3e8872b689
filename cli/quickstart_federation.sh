# The second half of cli/quickstart: three nodes, of which C has never met A. Not run by itself.

# await COMMAND...: again and again, until it comes true.
await() {
  for _ in $(seq 60); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.5
  done
  echo "quickstart: this did not come true in 30 seconds: $*" >&2
  exit 1
}
mirrors() { on "$1" sync && on "$1" info "lab/$2"; }
says() { on "$1" federation compliance lab/tesseract-chi-sim 2>&1 | grep -q "$2"; }
hears() { on "$1" sync && says "$1" "$2"; }

say "A second node, B, mirrors of the first one, A, what its policy wants"
mkdir -p b
chmod 700 b
tee b/policy.toml <<'END'
[[select]]
repository = "models/lab/*"
licence = ["Apache-2.0", "MIT", "CC-*"]
max_size = "20 MB"
END
begin_node b
a_id=$("$banyan" federation status --json | grep -o '"node_id": *"[a-z2-7]*"' | cut -d'"' -f4)
on b peer list | grep -q "$BANYAN_NODE" || on b peer add "$BANYAN_NODE"
on b follow "$a_id"
for model in tesseract-eng tesseract-chi-sim; do await mirrors b $model; done
"$banyan" search --node "$(cat b.url)"
on b federation status  # of three models that it knows of two are selected, and here

say "A third node, C, follows some of A's models, and knows only B"
begin_node c
on c peer list | grep -q "$(cat b.url)" || on c peer add "$(cat b.url)"
on c follow "$a_id/models/lab/tesseract-*"
for model in tesseract-eng tesseract-chi-sim; do await mirrors c $model; done

say "A is switched off; its model is pulled from C, and is what A signed"
end_node node
rm -rf pulled-from-c
on c pull lab/tesseract-eng --dest pulled-from-c
on c verify pulled-from-c lab/tesseract-eng
cmp pulled-from-c/eng.traineddata models/tesseract-eng/eng.traineddata
on c federation status

say "A bundle carries it to a fourth node, which has never met anybody"
on c bundle export carried.banyan --repository models/lab/tesseract-eng
rm -rf d
begin_node d
on d bundle import carried.banyan --follow
on d info lab/tesseract-eng
end_node d

say "A takedown on A is refused by B, and by C, which heard of it from B"
begin_node node
"$banyan" takedown lab/tesseract-chi-sim --reason court
await hears b 'removed, court'
await hears c 'removed, court'
if on c pull lab/tesseract-chi-sim --dest refused; then
  echo "quickstart: C served what was taken down" >&2
  exit 1
fi
await says c "^[a-z2-7]\{52\}.*stop"  # its receipt, in its own log
on c federation compliance lab/tesseract-chi-sim

say "And taken back"
"$banyan" reinstate lab/tesseract-chi-sim
