#!/bin/sh
# Installs seqtut as its readers do, without the pins, and runs its unit tests: on three Pythons
# with the newest TensorFlow, and with TensorFlow 2.18. `make compat` calls this; arguments such
# as "3.12 2.18.*" choose some of the runs.
set -eu

uv=${UV:-uv}
root=$(cd "$(dirname "$0")/.." && pwd)
case $uv in */*) uv=$(cd "$(dirname "$uv")" && pwd)/$(basename "$uv") ;; esac
export UV_PYTHON_DOWNLOADS=never
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# The tests go to a folder of their own, so that they meet the installed package, not the tree.
mkdir "$work/tests"
cp "$root"/tests/*.py "$work/tests"
# What these three test is the tree: the book, its pipeline, the files at the top.
rm -f "$work/tests/test_book.py" "$work/tests/test_pipeline.py" "$work/tests/test_package.py"

# Prints the path of a Python of a version: the one on PATH if it runs, else one of pyenv's.
find_python() {
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
        if "$candidate" -c 'import sys; print(sys.executable)' 2>/dev/null; then
            return
        fi
    done
    echo "There is no Python $1 here. Install it, or name the runs to do, as in: $0 '3.12 2.18.*'" >&2
    exit 2
}

run() {
    tensorflow=$2
    python=$(find_python "$1")
    echo "== $("$python" --version), TensorFlow $tensorflow"
    "$uv" venv --quiet --clear --python "$python" "$work/venv"
    "$uv" pip install --quiet --python "$work/venv/bin/python" "$root" "tensorflow$tensorflow" \
        pip pytest hypothesis
    "$work/venv/bin/python" -c 'import tensorflow as tf, keras; print(tf.__version__, keras.__version__)' 2>/dev/null
    (cd "$work" && venv/bin/python -m pytest -c "$root/pyproject.toml" --rootdir "$work" \
        -p no:cacheprovider tests) || failed="$failed $1/$tensorflow"
}

failed=
if [ $# -gt 0 ]; then
    for chosen in "$@"; do
        run "${chosen%% *}" "==${chosen#* }"
    done
else
    run 3.11 ">=2.18"
    run 3.12 ">=2.18"
    run 3.13 ">=2.18"
    run 3.12 "==2.18.*"
fi
[ -z "$failed" ] || { echo "seqtut's tests fail on:$failed" >&2; exit 1; }
echo "seqtut's tests pass on all of them."
