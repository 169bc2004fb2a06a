#!/bin/sh
# Make .venv with the first Python of the right age that is found. Usage: scripts/venv.sh [FOLDER]
set -eu
folder=${1:-.venv}
python=

for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
    then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    found=$(python3 --version 2>/dev/null || echo "no python3")
    echo "Forward Pass needs Python 3.11 to 3.14, found $found: install one, or name it: PYTHON=/path/to/python make" >&2
    exit 1
fi

make_it() { "$python" -m venv "$folder" >/dev/null 2>&1; }
if ! make_it; then
    rm -rf "$folder"
    # Debian keeps a part of Python in a package of its own.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -q && apt-get install -q -y python3-venv; } >/dev/null 2>&1 || true
    fi
    if ! make_it; then
        rm -rf "$folder"
        echo "$python cannot make a virtual environment: install python3-venv (Debian, Ubuntu: sudo apt install python3-venv)" >&2
        exit 1
    fi
fi
